"""The control plane is started with its locks on."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import flag
from pytest_readiness.formats.kubernetes.programs import flag_at
from pytest_readiness.formats.kubernetes.programs import program

Test = Callable[[str], bool]
STRONG = re.compile(
    r"TLS_(ECDHE_(ECDSA|RSA)_WITH_)?(AES_128_GCM_SHA256|AES_256_GCM_SHA384|CHACHA20_POLY1305(_SHA256)?|AES_256_GCM_SHA256)"
).fullmatch


def is_one(*values: str) -> Test:
    return lambda text: text.lower() in values


def lists(name: str) -> Test:
    return lambda text: name in text.split(",")


def is_weak(text: str) -> bool:
    return any(not STRONG(suite.strip()) for suite in text.split(",") if suite.strip())


def anything(_: str) -> bool:
    return True


# program -> flag -> (whether a value is unsafe, what it means)
SERVED = (is_one("true"), "answers without asking who it is")
UNSAFE: dict[str, dict[str, tuple[Test, str]]] = {
    "kube-apiserver": {
        "basic-auth-file": (anything, "keeps passwords in a file and in the clear"),
        "token-auth-file": (anything, "keeps tokens in a file, which never expire"),
        "insecure-bind-address": (anything, "serves the API without TLS and without asking who it is"),
        "insecure-port": (lambda text: text != "0", "serves the API without TLS and without asking who it is"),
        "secure-port": (is_one("0"), "switches the port with TLS off"),
        "kubelet-https": (is_one("false"), "talks to the nodes in the clear"),
        "authorization-mode": (lists("AlwaysAllow"), "allows everything to everybody"),
        "enable-admission-plugins": (lists("AlwaysAdmit"), "admits everything"),
        "tls-cipher-suites": (is_weak, "offers a weak cipher"),
    },
    "kube-controller-manager": {
        "feature-gates": (lists("RotateKubeletServerCertificate=false"), "keeps the kubelets' certificates for ever"),
    },
    "etcd": {
        "auto-tls": (is_one("true"), "makes certificates that nobody can check"),
        "peer-auto-tls": (is_one("true"), "makes certificates that nobody can check"),
    },
    "kubelet": {
        "anonymous-auth": SERVED,
        "authorization-mode": (lists("AlwaysAllow"), "allows everything to everybody"),
        "read-only-port": (lambda text: text != "0", "tells everybody what runs on the node"),
        "streaming-connection-idle-timeout": (is_one("0", "0s"), "never ends idle connections"),
        "protect-kernel-defaults": (is_one("false"), "changes kernel settings as it likes"),
        "make-iptables-util-chains": (is_one("false"), "leaves the firewall of the node to chance"),
        "rotate-certificates": (is_one("false"), "keeps its certificate until it runs out"),
        "feature-gates": (lists("RotateKubeletServerCertificate=false"), "keeps its certificate until it runs out"),
        "tls-cipher-suites": (is_weak, "offers a weak cipher"),
    },
}


@rule(
    "k8s.no-unsafe-control-plane-flag",
    P1,
    on="k8s.container",
    when=lambda container: program(container) in UNSAFE,
    category="Security & Compliance",
    remedy="remove the flag, or set it to the safe value",
    aliases=(
        *("CKV_K8S_69", "CKV_K8S_70", "CKV_K8S_71", "CKV_K8S_74", "CKV_K8S_79", "CKV_K8S_86", "CKV_K8S_88", "CKV_K8S_89", "CKV_K8S_105"),
        *("CKV_K8S_112", "CKV_K8S_118", "CKV_K8S_138", "CKV_K8S_139", "CKV_K8S_141", "CKV_K8S_143", "CKV_K8S_144", "CKV_K8S_145"),
        *("CKV_K8S_149", "CKV_K8S_151"),
    ),
)
def check(container: Container) -> Iterator[Finding]:
    """No component of the control plane is started with a flag that switches a protection off.

    Judged are pods that run an API server, a controller manager, etcd or a kubelet: static pods and clusters that are
    hosted in another one.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1.31.0
          command:
            - kube-apiserver
            - --authorization-mode=AlwaysAllow  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-apiserver, namespace: kube-system}
    spec:
      containers:
        - name: kube-apiserver
          image: registry.k8s.io/kube-apiserver:v1.31.0
          command: [kube-apiserver, "--authorization-mode=Node,RBAC"]
    ```
    """
    for name, (is_unsafe, what) in UNSAFE.get(program(container) or "", {}).items():
        value = flag(container, name)
        if value is not None and is_unsafe(str(value)):
            yield container.finding(f"--{name}={value} {what}", container.at(*flag_at(container, name)))
