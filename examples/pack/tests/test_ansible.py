"""What does not fit on the page of a rule."""

from __future__ import annotations

import pytest
from readiness_acme.ansible import Ansible
from readiness_acme.rules import ansible

from pytest_readiness import Project
from pytest_readiness.testing import verdicts


def judged(rule, text, path="site.yml"):
    """What a rule says of each part of a file: the lines it finds, or why nobody knows."""
    outcomes = verdicts(rule, Project.of({path: text}, [Ansible()]))
    return [outcome.unknown or [finding.span.line for finding in outcome.failing] for outcome in outcomes]


def failures(text, path="site.yml"):
    return [str(failure) for failure in Project.of({path: text}, [Ansible()]).contents(path).failures]


def test_a_template_is_unknown():
    text = "- hosts: web\n  tasks:\n    - ansible.builtin.apt: {name: nginx, state: '{{ wanted }}'}\n"
    assert judged(ansible.no_latest_packages, text) == ["{{ wanted }} is only known when the playbook runs"]


def test_of_arguments_in_one_line_only_those_with_a_template_are_unknown():
    text = "- hosts: web\n  tasks:\n    - apt: name={{ item }} state=latest\n    - apt: '{{ asked }}'\n"
    assert judged(ansible.no_latest_packages, text) == [[3], "{{ asked }} is only known when the playbook runs"]


def test_yes_and_no_are_what_they_are_to_ansible():
    text = (
        "- hosts: db\n  become: no\n  tasks:\n    - {ping: , become_user: postgres}\n    - {ping: , become_user: postgres, become: yes}\n"
    )
    assert judged(ansible.become_with_user, text) == [[4], []]


def test_tasks_in_blocks_are_tasks_and_inherit_from_them():
    text = """\
- hosts: db
  tasks:
    - become: true
      block:
        - ansible.builtin.command: {cmd: pg_dump}
          become_user: postgres
      rescue:
        - ansible.builtin.copy: {src: a, dest: b}
"""
    assert judged(ansible.become_with_user, text) == [[]]
    assert judged(ansible.file_mode, text) == [[8]]


def test_a_role_is_read():
    assert judged(ansible.file_mode, "- copy: src=a dest=b\n", "roles/web/tasks/main.yml") == [[1]]
    assert judged(ansible.no_plaintext_secrets, "db: {password: hunter2}\n", "group_vars/all/db.yml") == [[1]]


def test_other_yaml_is_left_alone():
    others = {"deploy.yaml": "kind: Ingress\nspec:\n  hosts: []\n", "list.yml": "- a\n", "group_vars/all.yml": "$ANSIBLE_VAULT;1.1\n62\n"}
    project = Project.of(others, [Ansible()])
    assert [project.format_of(path) for path in others] == [None] * 3


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("- hosts: web\n  tasks: {}\n", "site.yml:2:3: tasks are a list"),
        ("- hosts: web\n  tasks:\n    - restart\n", "site.yml:3:7: a task is a mapping with the module that it calls"),
        ("- hosts: web\n  tasks:\n    - name: x\n", "site.yml:3:7: a task calls a module, this one none"),
        ("- hosts: web\n  tasks:\n    - {copy: a, template: b}\n", "site.yml:3:17: a task calls one module, this one 2: copy, template"),
        ("- hosts: web\n- name: x\n", "site.yml:2:3: a play is a mapping with hosts"),
    ],
)
def test_what_is_no_playbook_fails_at_its_place(text, failure):
    assert failures(text) == [failure]
