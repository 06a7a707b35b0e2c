"""Run as a module by `house`: brings the browser tests' database to a newcomer's state, with three people more.

Prints one JSON object: password, API key and project of each person by name.
"""

import io
import json

import django

#: Everybody's password is the name and this, the administrator's excepted.
PASSWORD_SUFFIX = "-on-the-footplate"
PEOPLE = ("owner", "member", "stranger")


def people() -> dict[str, dict[str, str]]:
    """Make them; only the owner has a project and a key. The example shop is there, as after every first start."""
    from django.core.management import call_command

    from accounts.services import create_account, create_api_key
    from projects.services import create_project
    from text2sql.services.demo import ensure_demo

    answer = io.StringIO()
    call_command("create_admin", "--json", stdout=answer)
    admin = json.loads(answer.getvalue())
    made = {"admin": {"password": admin["password"]}}
    for name in PEOPLE:
        password = name + PASSWORD_SUFFIX
        account = create_account(username=name, email=f"{name}@example.org", password=password)
        made[name] = {"password": password}
        if name == "owner":
            project = create_project(user=account, project_name="Station", project_description="Where engines rest.")
            _key, text = create_api_key(user=account, name="tests", permissions=["*"])
            made[name] |= {"key": text, "project_id": str(project.pk)}
            ensure_demo(owner=account, project=project)
    return made


def main() -> str:
    """Migrate, sync queues and engines (both by post_migrate), make the people."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    return json.dumps(people())


if __name__ == "__main__":
    print(main())  # noqa: T201  # the answer to the process that started this one
