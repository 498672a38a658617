"""Drives a MicroStrategy emulator with the vendor's own Python client, unchanged. README.md says how to run it."""

import json
import sys

from mstrio.connection import Connection
from mstrio.server import Environment, Project

with open(sys.argv[1]) as line:
    access = json.loads(line.readline())["microstrategy"]
TUTORIAL, ARCHIVE = "B7CA92F04B9FAE8D941C3E9B7E0CD754", "9E1F6C2D40B84F3A8A5C7D0E3B926F48"


def done(step, ok=True):
    assert ok, step
    print(f"ok  {step}", flush=True)


def refused(call):
    try:
        call()
    except Exception:
        return True
    return False


def connect(secret):
    return Connection(access["url"], access["username"], secret, ssl_verify=False)


done("a wrong password is refused", refused(lambda: connect("wrong")))
connection = connect(access["password"])
done("sign-in", connection.status() and connection.timeout == 1800)
environment = Environment(connection)
projects = environment.list_projects()
done("projects", [project.name for project in projects][0::3] == ["Tutorial", "Archive"])
[node] = environment.list_nodes(project=ARCHIVE)
done("nodes", node["projects"][0]["status"] == "unloaded")
tutorial = Project(connection, name="Tutorial")
done("project", tutorial.id == TUTORIAL and tutorial.subtype == 8192)
tutorial.delete_element_cache()
tutorial.delete_object_cache()
done("purge of one project")
# It stops at the first project that is not loaded.
done("purge of all", refused(environment.delete_server_element_cache))
connection.renew()
connection.close()
done("log-out", refused(lambda: connection.get("/api/sessions").raise_for_status()))
