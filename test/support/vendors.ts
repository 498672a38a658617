import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { work } from './invoke.ts';

export interface Emulator {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  close(): Promise<void>;
}

interface Vendor {
  vendor: 'arcgis' | 'microstrategy';
  start(): Promise<Emulator>;
  /** A whole operation, sign-in included. */
  run(target: string): Promise<unknown>;
}

/** One operation of each vendor: for what holds for both. */
export const VENDORS: Vendor[] = [
  { vendor: 'arcgis', start: () => startArcgisEmulator(), run: (target) => work(clearRestCache, { target }) },
  {
    vendor: 'microstrategy',
    start: () => startMicrostrategyEmulator(),
    run: (target) => work(purge, { target, projects: ['Tutorial'] }),
  },
];

/** The secret of a target whose server is the emulator, behind another origin. */
export function secretOf({ url, username, password }: Emulator, origin: string, more: object = {}): object {
  const { pathname } = new URL(url);
  const vendor = pathname.includes('MicroStrategy') ? 'microstrategy' : 'arcgis';
  return { vendor, url: origin + pathname, username, password, ...more };
}
