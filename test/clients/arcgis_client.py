"""Drives an ArcGIS emulator with Esri's own Python client, unchanged. README.md says how to run it."""

import datetime
import json
import sys
import time

from arcgis.features import FeatureSet
from arcgis.geometry import Polygon
from arcgis.geoprocessing import import_toolbox
from arcgis.gis import GIS
from arcgis.gis.server import Server
from arcgis.layers import MapImageLayer

with open(sys.argv[1]) as line:
    access = json.loads(line.readline())["arcgis"]
site, user, password = access["url"], access["username"], access["password"]
services = f"{site}/rest/services"
federated = "portalUrl" in access
SCALES = [591657527.591555, 295828763.795777]
RING = [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]
REFERENCE = {"wkid": 3857}


def done(step, ok=True):
    assert ok, step
    print(f"ok  {step}", flush=True)


def sign_in(secret):
    if federated:
        gis = GIS(access["portalUrl"], user, secret, verify_cert=False)
        return Server(url=f"{site}/admin", gis=gis), gis
    token_url = f"{site}/tokens/generateToken"
    server = Server(url=f"{site}/admin", token_url=token_url, username=user, password=secret, all_ssl=False)
    return server, server._con


def wait_for(job, status):
    for _ in range(60):
        if job.status == status:
            return True
        time.sleep(0.25)
    return False


try:
    refused = sign_in("wrong")[0].properties.get("resources") is None
except Exception as error:
    refused = "invalid username or password" in str(error).lower()
done("a wrong password is refused", refused)
server, gis = sign_in(password)
done("sign-in", server.resources == ["services", "system"])
if federated:
    done("account", gis.users.me.username == user and gis.users.me.role == "org_admin")

done("catalogue", len(server.content.list()) == 3 and len(server.content.list("Imagery")) == 2)
done("services of the Admin API", len(server.services.list("Imagery")) == 2)

caching, controllers, publishing, reporting = [
    import_toolbox(f"{services}/System/{name}/GPServer", gis=gis)
    for name in ("CachingTools", "CachingControllers", "PublishingTools", "ReportingTools")
]
done("import_toolbox", caching.choice_list["manage_map_cache_tiles"]["update_mode"][2] == "DELETE_TILES")


def percent(service):
    report = reporting.report_cache_status(service, gis=gis)
    return [lod["percent"] for lod in report["lodInfos"]][:2]


levels = ";".join(map(str, SCALES))
caching.manage_map_cache_tiles("Basemap:MapServer", levels, -1, "DELETE_TILES", gis=gis)
done("delete tiles", percent("Basemap:MapServer") == [0, 0])
feature = {"attributes": {"OID": 1}, "geometry": {"rings": [RING]}}
fields = [{"name": "OID", "alias": "OID", "type": "esriFieldTypeOID"}]
area = FeatureSet.from_dict(
    {"geometryType": "esriGeometryPolygon", "spatialReference": REFERENCE, "fields": fields, "features": [feature]}
)
out = caching.manage_map_cache_tiles(
    "Basemap:MapServer", levels, -1, "RECREATE_ALL_TILES", area_of_interest=area, gis=gis
)
done("tiles of an area", out.endswith("Basemap/MapServer") and percent(out) == [100, 25])

job = controllers.manage_map_cache_tiles(
    service_url="Basemap:MapServer", levels=levels, thread_count=1, update_mode="RECREATE_ALL_TILES", future=True, gis=gis
)
done("a job executes", wait_for(job, "esriJobExecuting"))
job.cancel()
done("cancel", wait_for(job, "esriJobCancelled"))

publishing.refresh_service("Landsat", "ImageServer", "Imagery", gis=gis)
done("refresh")
done("clear REST cache", server.system.clear_cache())
basemap = next(service for service in server.services.list() if "Basemap" in service.url)
done("stop", basemap.stop() and basemap.status["realTimeState"] == "STOPPED")
done("start", basemap.start() and basemap.status["realTimeState"] == "STARTED")

if federated:  # The client has its cache manager only where it signed in at a portal.
    manager = MapImageLayer(f"{services}/CachedServices/Streets/MapServer", gis=gis).manager
    polygon = Polygon({"rings": [RING], "spatialReference": REFERENCE})
    done("build_cache", manager.build_cache(SCALES, area_of_interest=polygon)["status"] == "EXISTS")
    done("update_tiles", manager.update_tiles(SCALES[:1], extent="1,1,2,2")["cacheExecutionStatus"] == "NONE")
    manager.delete_cache()
    done("delete_cache", percent("CachedServices/Streets:MapServer") == [])
else:
    caching.delete_cache("CachedServices/Streets:MapServer", gis=gis)
    done("delete cache", percent("CachedServices/Streets:MapServer") == [])

tools = next(service for service in server.services.list("System") if "CachingTools" in service.url)
end = datetime.datetime.now()
jobs = tools.jobs.search(start_time=end - datetime.timedelta(hours=1), end_time=end)
done("job list", len(jobs) == 3)
