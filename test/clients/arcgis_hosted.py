"""Drives the emulator's hosted services with Esri's own Python client, unchanged. README.md says how to run it."""

import json
import sys
import time

from arcgis.gis import GIS
from arcgis.layers import MapImageLayer

with open(sys.argv[1]) as line:
    access = json.loads(line.readline())["arcgis"]
user, password = access["username"], access["password"]
SMALL = {"xmin": 1000, "ymin": 1000, "xmax": 2000, "ymax": 2000, "spatialReference": {"wkid": 102100}}


def done(step, ok=True):
    assert ok, step
    print(f"ok  {step}", flush=True)


gis = GIS(access["portalUrl"], user, password, verify_cert=False)
done("sign-in", gis.users.me.username == user)
layer = MapImageLayer(f"{access['url']}/rest/services/Basemap/MapServer", gis=gis)
manager = layer.manager
done("manager", type(manager).__name__ == "MapImageLayerManager")


def wait_for(job_id, status):
    for _ in range(60):
        statistics = manager.job_statistics(job_id)
        if statistics["jobStatus"].lower() == status:
            return statistics
        time.sleep(0.25)
    return {}


answer = manager.update_tiles(levels=[3, 4], extent=SMALL, merge=True, replace=True)
statistics = wait_for(answer["jobId"], "done")
done("update_tiles", answer["status"] == "Success" and statistics["numTiles"] == 2)
done("job_statistics", [level["level"] for level in statistics["levelStats"]] == [3, 4])
job_id = manager.update_tiles(levels="0-4")["jobId"]
done("cancel_job", manager.cancel_job(job_id)["success"] and wait_for(job_id, "canceled")["numCanceledTasks"] == 5)
done("cancel_job of one that is over", "error" in manager.cancel_job(job_id))
done("rerun_job", manager.rerun_job(job_id, "canceled")["success"] and wait_for(job_id, "done")["numDoneTasks"] == 5)
answer = manager.delete_tiles(levels="4", extent="1000,1000,2000,2000")
done("delete_tiles", wait_for(answer["jobId"], "done")["type"] == "CacheDelete")
done("jobs", manager.jobs()["total"] == 3)
done("levels that are scales", "error" in manager.update_tiles(levels="36978595"))
done("refresh", manager.refresh()["success"])
done("status", manager.status()["status"] == "Started")
