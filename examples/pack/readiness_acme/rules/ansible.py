"""Rules of ansible-lint that Acme holds every playbook to."""

from __future__ import annotations

from pytest_readiness import P0
from pytest_readiness import P1
from pytest_readiness import P2
from pytest_readiness import P3
from pytest_readiness import rule
from pytest_readiness.formats.secrets import literal_secret

from ..ansible import is_true

TASK = ("ansible.task", "ansible.handler")
PACKAGES = ("apk", "apt", "bundler", "dnf", "dnf5", "gem", "homebrew", "npm", "package", "pacman", "pip", "yum", "zypper")
UPGRADES = ("only_upgrade", "update_only", "download_only")  # of what is installed already
WRITERS = ("assemble", "copy", "get_url", "template")
CREATORS = ("blockinfile", "lineinfile")  # which create nothing unless they are told to


@rule(
    "ansible.no-latest-packages",
    P2,
    on=TASK,
    category="Deployment automation",
    remedy="name the version, or write state: present",
    when=lambda task: task.calls(*PACKAGES),
    aliases=("ansible-lint:package-latest",),
)
def no_latest_packages(task):
    """A playbook installs the same version each time.

    With `state: latest` two servers that were set up a day apart differ.

    ```yaml bad site.yml
    - hosts: web
      tasks:
        - ansible.builtin.apt:
            name: nginx
            state: latest  # <--
    ```
    ```yaml bad site.yml
    - hosts: web
      tasks:
        - apt: name=nginx state=latest  # <--
    ```
    ```yaml good site.yml
    - hosts: web
      tasks:
        - ansible.builtin.apt: {name: nginx=1.26.*, state: present}
        - ansible.builtin.dnf: {name: "*", state: latest, update_only: true}
    ```
    """
    if task.argument("state") == "latest" and not any(is_true(task.argument(name)) for name in UPGRADES):
        yield task.finding("installs whatever is the latest version on the day it runs", task.at_argument("state"))


@rule(
    "ansible.file-mode",
    P1,
    on=TASK,
    category="Security & Compliance",
    remedy="set mode, such as '0640'",
    when=lambda task: task.calls(*WRITERS, *CREATORS, "file"),
    aliases=("ansible-lint:risky-file-permissions",),
)
def file_mode(task):
    """What a playbook writes has the permissions that it says.

    Without a mode they depend on the umask of the server, and the world can read the file on most of them.

    ```yaml bad site.yml
    - hosts: web
      tasks:
        - ansible.builtin.template:  # <--
            src: app.conf.j2
            dest: /etc/app.conf
    ```
    ```yaml good roles/web/tasks/main.yml
    - ansible.builtin.template: {src: app.conf.j2, dest: /etc/app.conf, mode: "0640"}
    - ansible.builtin.file: {path: /etc/old.conf, state: absent}
    - ansible.builtin.lineinfile: {path: /etc/hosts, line: "10.0.0.1 db"}
    ```
    """
    if task.calls("file") and task.argument("state") not in ("directory", "touch"):
        return
    if task.calls(*CREATORS) and not is_true(task.argument("create")):
        return
    if task.argument("mode") is None:
        yield task.finding("no mode: the umask of the server decides who can read it", task.at_argument("mode"))


@rule(
    "ansible.no-plaintext-secrets",
    P0,
    on="ansible.variables",
    category="Security & Compliance",
    remedy="encrypt the value with ansible-vault encrypt_string",
    secret=True,
)
def no_plaintext_secrets(variables):
    """Variables hold no secret that anybody can read.

    Whoever can read the repository, or an old copy of it, can log in.

    ```yaml bad site.yml
    - hosts: db
      vars:
        db_user: shop
        db_password: hunter2  # <--
    ```
    ```yaml good group_vars/db.yml
    db_user: shop
    db_password: "{{ lookup('community.hashi_vault.hashi_vault', 'secret/db') }}"
    db_root_password: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      6238
    ```
    """
    for name, value, place in variables.written():
        if reason := literal_secret(name, value):
            yield variables.finding(reason, place)


@rule(
    "ansible.become-with-user",
    P1,
    on=("ansible.play", *TASK),
    category="Security & Compliance",
    remedy="set become: true beside become_user",
    when=lambda part: "become_user" in part.body,
    aliases=("ansible-lint:partial-become",),
)
def become_with_user(part):
    """Who names another user becomes that user.

    `become_user` alone does nothing: the task runs as the user who logged in.

    ```yaml bad site.yml
    - hosts: db
      tasks:
        - ansible.builtin.command: pg_dump shop
          become_user: postgres  # <--
          changed_when: false
    ```
    ```yaml good site.yml
    - hosts: db
      become: true
      tasks:
        - ansible.builtin.command: pg_dump shop
          become_user: postgres
          changed_when: false
    ```
    """
    if not is_true(part.inherited("become")):
        yield part.finding("become_user without become does nothing: it runs as the user who logged in", part.at("become_user"))


@rule(
    "ansible.full-names",
    P3,
    on=TASK,
    category="Deployment automation",
    remedy="write the name with its collection, such as ansible.builtin.copy",
    aliases=("ansible-lint:fqcn",),
)
def full_names(task):
    """Modules are called by their full names.

    What a short name means depends on the collections that happen to be installed.

    ```yaml bad site.yml
    - hosts: web
      handlers:
        - name: Restart nginx
          service: {name: nginx, state: restarted}  # <--
    ```
    ```yaml good site.yml
    - hosts: web
      handlers:
        - name: Restart nginx
          ansible.builtin.service: {name: nginx, state: restarted}
    ```
    """
    if "." not in task.module:
        yield task.finding(f"{task.module} is a short name: which collection it comes from is not said", task.at(task.module))


RULES = (no_latest_packages, file_mode, no_plaintext_secrets, become_with_user, full_names)
