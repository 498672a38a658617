import type { ArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { htmlAnswer, jsonAnswer, type WeatherServer } from './weather-server.ts';

/** A site that is broken in one way, the check that fails for it, and the advice. */
interface Broken {
  server: string;
  failed: string;
  advice: RegExp;
  /** Breaks the server, and may change the secret. */
  breakIt: (world: World) => object | undefined;
  federated?: boolean;
  now?: () => number;
}

interface World {
  emulator: ArcgisEmulator;
  weather: WeatherServer;
}

const HOUR_MS = 3_600_000;
export const info = (more: object) =>
  jsonAnswer({ currentVersion: 11.3, authInfo: { isTokenBasedSecurity: true }, ...more });
const admin = (messages: string, code: number) => jsonAnswer({ status: 'error', messages: [messages], code });
const rest = (code: number, message: string) => jsonAnswer({ error: { code, message, details: [] } });
const always = (path: RegExp, answer: Parameters<WeatherServer['always']>[1]) => (world: World) => {
  world.weather.always(path, answer);
  return undefined;
};
const stopped = (tool: string) => (world: World) => {
  Object.assign(world.emulator.services.get(`System/${tool}.GPServer`) ?? {}, { started: false });
  return undefined;
};
const without = (fits: (id: string) => boolean) => (world: World) => {
  const { services } = world.emulator;
  for (const id of services.keys()) if (fits(id)) services.delete(id);
  return undefined;
};

export const BROKEN: Broken[] = [
  {
    server: 'nothing listens at its port',
    failed: 'address',
    advice: /ECONNREFUSED.*Check the address/,
    breakIt: () => ({ url: 'http://127.0.0.1:1/arcgis' }),
  },
  {
    server: 'its name is not known',
    failed: 'address',
    advice: /host name was not found/,
    breakIt: () => ({ url: 'https://gis.invalid/arcgis' }),
  },
  {
    server: 'adminUrl leads to nobody',
    failed: 'address',
    advice: /adminUrl 127\.0\.0\.1:1.*ECONNREFUSED/,
    breakIt: () => ({ adminUrl: 'http://127.0.0.1:1/arcgis' }),
  },
  {
    server: 'the wrong path',
    failed: 'address',
    advice: /Check the url/,
    breakIt: ({ weather }) => ({ url: `${weather.origin}/server` }),
  },
  {
    server: 'a login page before the site',
    failed: 'address',
    advice: /HTML.*login page or a proxy/,
    breakIt: always(/./, htmlAnswer()),
  },
  {
    server: 'a web adaptor with a Windows login',
    failed: 'address',
    advice: /Windows or PKI/,
    breakIt: always(/./, htmlAnswer(401)),
  },
  {
    server: 'another JSON service',
    failed: 'address',
    advice: /nothing of an ArcGIS Server/,
    breakIt: always(/./, jsonAnswer({ hello: 'world' })),
  },
  {
    server: 'a redirect to another host',
    failed: 'address',
    advice: /redirect to https:\/\/elsewhere.*final address/,
    breakIt: always(/./, { status: 302, headers: { location: 'https://elsewhere.example.org/' } }),
  },
  {
    server: 'a gateway without a server behind',
    failed: 'address',
    advice: /HTTP 503/,
    breakIt: always(/./, { ...htmlAnswer(503), headers: { 'retry-after': '99' } }),
  },
  {
    server: 'a wrong password',
    failed: 'sign-in',
    advice: /Correct username and password/,
    breakIt: () => ({ password: 'wrong-Secret' }),
  },
  {
    server: 'a long-lived token that has ended',
    failed: 'sign-in',
    advice: /long-lived token.*Put a new token/,
    breakIt: () => ({ username: undefined, password: undefined, token: 'ended-Token' }),
  },
  {
    server: 'a viewer, stand-alone',
    failed: 'sign-in',
    advice: /role is too small.*publishers and administrators only/,
    breakIt: ({ emulator }) => emulator.tokens.users.viewer,
  },
  {
    server: 'its clock is three hours ahead',
    failed: 'sign-in',
    advice: /about 3 hours ahead.*NTP/,
    now: () => Date.now() + 3 * HOUR_MS,
    breakIt: () => undefined,
  },
  {
    server: 'its clock is three hours behind',
    failed: 'sign-in',
    advice: /about 3 hours behind.*NTP/,
    now: () => Date.now() - 3 * HOUR_MS,
    breakIt: () => undefined,
  },
  {
    server: 'its clock, by its own word, is a day behind',
    failed: 'sign-in',
    advice: /about 24 hours behind/,
    breakIt: always(/rest\/info/, {
      ...info({}),
      headers: { date: new Date(Date.now() - 24 * HOUR_MS).toUTCString() },
    }),
  },
  {
    server: '10.2.2',
    failed: 'version',
    advice: /10\.22.*too old.*10\.3/,
    breakIt: always(/rest\/info/, info({ currentVersion: 10.22 })),
  },
  {
    server: 'a web adaptor without administrative access',
    failed: 'admin-api',
    advice: /web adaptor.*adminUrl/,
    breakIt(world) {
      const tokenServicesUrl = `${world.weather.origin}/arcgis/tokens/`;
      world.weather.always(/rest\/info/, info({ authInfo: { tokenServicesUrl } }));
      world.weather.always(/\/admin\b/, htmlAnswer(403));
      return undefined;
    },
  },
  {
    server: 'no Admin API and no other token service',
    failed: 'admin-api',
    advice: /web adaptor.*adminUrl/,
    breakIt(world) {
      world.weather.always(/rest\/info/, info({}));
      world.weather.always(/\/admin\b/, htmlAnswer(404));
      return undefined;
    },
  },
  {
    server: 'a viewer of the portal',
    failed: 'admin-api',
    advice: /role is too small.*publisher/,
    federated: true,
    breakIt: ({ emulator }) => emulator.tokens.users.viewer,
  },
  {
    server: 'a custom role without "View all content"',
    failed: 'admin-api',
    advice: /lacks.*View all content/,
    federated: true,
    breakIt: always(
      /community\/self/,
      jsonAnswer({ username: 'svc', role: 'org_user', roleId: 'xB3', privileges: ['portal:admin:manageServers'] }),
    ),
  },
  {
    server: 'a custom role that the Admin API refuses',
    failed: 'admin-api',
    advice: /View all content/,
    federated: true,
    breakIt: always(/admin\/services$/, admin('Unauthorized access.', 403)),
  },
  {
    server: 'CachingTools stopped',
    failed: 'caching-tools',
    advice: /System\/CachingTools .*not started.*Manager/,
    breakIt: stopped('CachingTools'),
  },
  {
    server: 'CachingControllers stopped',
    failed: 'caching-tools',
    advice: /System\/CachingControllers .*not started/,
    breakIt: stopped('CachingControllers'),
  },
  {
    server: 'CachingTools without instances',
    failed: 'caching-tools',
    advice: /no instance/,
    breakIt: always(/CachingTools\.GPServer$/, jsonAnswer({ maxInstancesPerNode: 0 })),
  },
  {
    server: 'CachingControllers without instances, by its statistics',
    failed: 'caching-tools',
    advice: /CachingControllers.*no instance/,
    breakIt: always(/CachingControllers\.GPServer\/statistics/, jsonAnswer({ summary: { max: 0, busy: 0 } })),
  },
  {
    server: 'CachingTools closed to the user',
    failed: 'caching-tools',
    advice: /role is too small/,
    breakIt: always(/rest\/services\/System\/CachingTools/, rest(403, 'You do not have permissions.')),
  },
  {
    server: 'PublishingTools stopped',
    failed: 'publishing-tools',
    advice: /System\/PublishingTools .*not started/,
    breakIt: stopped('PublishingTools'),
  },
  {
    server: 'PublishingTools that is not there',
    failed: 'publishing-tools',
    advice: /PublishingTools .*cannot be seen/,
    breakIt: without((id) => id === 'System/PublishingTools.GPServer'),
  },
  {
    server: 'no cached service',
    failed: 'services',
    advice: /None of the \d+ .*has a tile cache/,
    breakIt({ emulator }) {
      for (const service of emulator.services.values()) service.scheme = undefined;
      return undefined;
    },
  },
  {
    server: 'no service at all',
    failed: 'services',
    advice: /sees no map or image service/,
    breakIt: without((id) => !id.startsWith('System/')),
  },
  {
    server: 'live data off',
    failed: 'services',
    advice: /hasLiveData/,
    breakIt({ emulator }) {
      for (const service of emulator.services.values()) service.hasLiveData = false;
      return undefined;
    },
  },
];
