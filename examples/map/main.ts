import config from '@arcgis/core/config.js';
import { watch } from '@arcgis/core/core/reactiveUtils.js';
import TileLayer from '@arcgis/core/layers/TileLayer.js';
import ArcGISMap from '@arcgis/core/Map.js';
import MapView from '@arcgis/core/views/MapView.js';
import { channelOf } from './channel.ts';
import { type Events, listen } from './listen.ts';

interface Settings {
  /** The address of the service. */
  layer: string;
  /** The site, and the service on it, as the runs name them. */
  target: string;
  service: string;
  /** The outputs of the stack; without them the map is drawn again by the clock alone. */
  events?: Events;
}

/** Where nothing is heard, for whatever reason, the map is an hour old at most. */
const FALLBACK_MINUTES = 60;

const { layer: url, target, service, events }: Settings = await (await fetch('config.json')).json();
config.assetsPath = new URL('assets', document.baseURI).href;
const layer = new TileLayer({ url: new URL(url, document.baseURI).href, refreshInterval: FALLBACK_MINUTES });
const map = new ArcGISMap({ layers: [layer] });
const view = new MapView({ container: 'map', map, center: [0, 20], zoom: 2, constraints: { snapToZoom: true } });
const told = document.querySelector('output');

/** Asks for the tiles by new addresses: what the browser keeps of the old ones does not matter. */
function drawAgain(reason: string): void {
  layer.refresh();
  if (told) told.textContent = reason;
}

// For whoever wants to know from outside whether the map is drawn.
watch(
  () => view.ready && !view.updating,
  (drawn) => {
    document.body.dataset['map'] = drawn ? 'drawn' : 'drawing';
  },
  { initial: true },
);

if (events) {
  listen(events, await channelOf(target, service), {
    // What was told while nobody listened is lost: so the map is drawn again after every connection.
    listening: () => drawAgain(`Listening for ${service} on ${target}.`),
    told: ({ renewedAt }) => drawAgain(`Drawn again: the tiles were renewed at ${renewedAt}.`),
  });
}
