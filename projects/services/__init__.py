"""Every write to projects: the projects themselves, their members and their keys; `get_abilities` decides who may."""

from projects.selectors import bound_project_id, get_abilities, project_for
from projects.services.keys import (
    NewProjectKey,
    create_project_key,
    revoke_project_key,
    rotate_project_key,
)
from projects.services.members import add_member, change_member_role, remove_member, transfer_ownership
from projects.services.names import ProjectNameTaken
from projects.services.projects import (
    NewProject,
    archive_project,
    create_project,
    create_project_with_key,
    restore_project,
    update_project,
)

__all__ = [
    "NewProject",
    "NewProjectKey",
    "ProjectNameTaken",
    "add_member",
    "archive_project",
    "bound_project_id",
    "change_member_role",
    "create_project",
    "create_project_key",
    "create_project_with_key",
    "get_abilities",
    "project_for",
    "remove_member",
    "restore_project",
    "revoke_project_key",
    "rotate_project_key",
    "transfer_ownership",
    "update_project",
]
