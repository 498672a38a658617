import { startArcgisEmulator } from './emulators/arcgis/arcgis-emulator.ts';
import { startMicrostrategyEmulator } from './emulators/microstrategy/microstrategy-emulator.ts';
import { arcgisAddresses, arcgisSecrets, libraryAddresses, librarySecrets, record } from './record.ts';

/** Both vendors on loopback ports. */
export interface Emulators {
  /** The secrets of the targets `arcgis` and `microstrategy`. */
  targets: Record<string, unknown>;
  /** How many requests both have seen so far. */
  requestCount(): number;
  close(): Promise<void>;
}

/** Starts the emulators of both vendors. */
export async function startEmulators(): Promise<Emulators> {
  const [arcgis, microstrategy] = await Promise.all([startArcgisEmulator(), startMicrostrategyEmulator()]);
  // Once more at the end, with their tokens: an interrupted command may not come so far.
  record('secret', [...arcgisSecrets(arcgis), ...librarySecrets(microstrategy)]);
  const secret = (vendor: string, { url, username, password }: typeof arcgis | typeof microstrategy) => ({
    vendor,
    url,
    username,
    password,
  });
  return {
    targets: { arcgis: secret('arcgis', arcgis), microstrategy: secret('microstrategy', microstrategy) },
    requestCount: () => arcgis.requests.length + microstrategy.requests.length,
    async close() {
      record('secret', [...arcgisSecrets(arcgis), ...librarySecrets(microstrategy)]);
      record('address', [...arcgisAddresses(arcgis), ...libraryAddresses(microstrategy)]);
      await Promise.all([arcgis.close(), microstrategy.close()]);
    },
  };
}
