"""Drives a MicroStrategy emulator with the vendor's own Python client, unchanged. README.md says how to run it."""

import json
import sys
import time

from mstrio.connection import Connection
from mstrio.project_objects.content_cache import ContentCache
from mstrio.project_objects.datasets.cube_cache import delete_cube_caches, list_cube_caches
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

connection.select_project(project_id=TUTORIAL)
contents = ContentCache.list_caches(connection)
done("content caches", len(contents) == 5 and all(cache.status.ready and cache.combined_id for cache in contents))
of_day = ContentCache.list_caches(connection, wh_tables="LU_DAY")
done("content caches of a table", 0 < len(of_day) < 5 and all("LU_DAY" in c.warehouse_tables_used for c in of_day))
[report, *_] = ContentCache.list_caches(connection, content_type="report")
done("content caches of a type", report.source.type.value == "report")
of_connection = ContentCache.list_caches(connection, db_connection_id=report.database_connection_id)
done("content caches of a connection", len(of_connection) == 5)
done("a content cache is invalidated", report.invalidate() and ContentCache(connection, report.id).status.invalid)
done("it is unloaded and loaded", report.unload() and report.load() and report.status.loaded)
ContentCache.delete_caches(connection, [cache.id for cache in of_day], force=True)
left = ContentCache.list_caches(connection)
done("content caches are deleted", {c.id for c in left} == {c.id for c in contents} - {c.id for c in of_day})
ContentCache.delete_all_caches(connection, force=True)
done("and the others", ContentCache.list_caches(connection) == [])

cubes = list_cube_caches(connection, project_ids=[TUTORIAL])
done("cube caches", len(cubes) == 2 and len(list_cube_caches(connection)) > 2)
done("loaded cubes", len(list_cube_caches(connection, loaded=True)) < len(list_cube_caches(connection)))
# Its own filter by connection finds none: it looks for the name before it was changed to Python's way of writing.
done("the connection of a cube", cubes[0].database_connections[0]["name"] == "Warehouse")
manipulation = cubes[0].deactivate()
while cubes[0].get_manipulation_status(manipulation) == "executing":
    time.sleep(0.1)
cubes[0].fetch()
done("a cube is deactivated, which takes a while", cubes[0].state["active"] is False)
done("its tables", cubes[0].job_execution_statistics["accessed_tables"][0]["name"] == "LU_DAY")
done("a cube is deleted", cubes[0].delete(force=True))
done("one that is gone is refused", refused(lambda: cubes[0].delete(force=True)) and refused(cubes[0].fetch))
deleted = delete_cube_caches(connection, force=True)
done("all cubes are deleted", deleted["failed"] == [] and list_cube_caches(connection) == [])

connection.renew()
connection.close()
done("log-out", refused(lambda: connection.get("/api/sessions").raise_for_status()))
