{{- define "worker.name" -}}
{{ .Release.Name }}-worker
{{- end }}

{{- define "worker.labels" -}}
app.kubernetes.io/name: worker
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The whole pod stands here: findings about it point at these lines. */}}
{{- define "worker.pod" -}}
metadata:
  labels:
    {{- include "worker.labels" . | nindent 4 }}
spec:
  serviceAccountName: {{ include "worker.name" . }}
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 60
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
    appArmorProfile: {type: RuntimeDefault}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "worker.labels" . | nindent 10 }}
  containers:
    - name: worker
      image: "{{ .Values.image.repository }}:{{ required "the worker needs a tag" .Values.image.tag }}"
      livenessProbe:
        exec: {command: [python, -m, orders.health]}
        periodSeconds: 30
        timeoutSeconds: 5
      resources: {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        - {name: database, mountPath: /run/secrets/database, readOnly: true}
  volumes:
    - name: database
      secret: {secretName: {{ .Values.database.existingSecret | quote }}}
{{- end }}
