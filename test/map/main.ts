import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { startPlatform } from '../../local/platform.ts';
import { synthesize } from '../../local/synth.ts';
import { findChromium } from '../pictures/chromium.ts';
import { type Page, startBrowser } from './browser.ts';
import { startPageServer } from './page-server.ts';

const EXAMPLE = resolve('examples/map');
const PICTURES = resolve('pictures');
const TARGET = 'city-gis';
const SERVICE = 'Basemap.MapServer';
const DRAWN = `document.body.dataset.map === 'drawn'`;
const SAYS = (text: string) => `document.querySelector('output').textContent.includes(${JSON.stringify(text)})`;
const FIRST_MS = 120_000;
const AGAIN_MS = 30_000;
const LOOK_MS = 200;
/** Of the pixels of a map: its tiles cover most of it. */
const MOST = 0.5;

const QUIET = { start: () => ({ end: () => undefined }) };
const say = (text: string) => process.stderr.write(`${text}\n`);

/**
 * The example's page in a real browser, against the platform on this machine: it draws again when it hears that tiles were
 * renewed, and a page that does not listen stays as it was. Exits with 1 where that is not so, or where there is no browser.
 */
async function main(): Promise<number> {
  const chromium = findChromium();
  if (chromium === undefined) {
    say('No Chromium is installed, so nothing was tried. On Debian: apt-get install chromium');
    return 1;
  }
  buildPage();
  await using open = new AsyncDisposableStack();
  const emulator = await startArcgisEmulator({ jobSeconds: 4 });
  open.defer(() => emulator.close());
  const { url, username, password } = emulator;
  const folder = mkdtempSync(join(tmpdir(), 'cache-ops-map-'));
  open.defer(() => rmSync(folder, { recursive: true }));
  const settings = join(folder, 'settings.yaml');
  writeFileSync(settings, 'clients: { websocket: true }\n');
  const platform = await startPlatform({
    assemblyDirectory: await synthesize(QUIET, settings),
    targets: { [TARGET]: { vendor: 'arcgis', url, username, password } },
    onRun: () => undefined,
    onWarning: say,
    onUnexpected: say,
  });
  open.defer(() => platform.close());
  const { eventApi } = platform;
  assert.ok(eventApi);
  const events = { http: eventApi.url, websocket: eventApi.realtimeUrl, key: eventApi.apiKey };
  const map = { layer: 'arcgis/rest/services/Basemap/MapServer', target: TARGET, service: SERVICE };
  const configs = { listens: { ...map, events }, deaf: map };
  const server = await startPageServer({ folder: join(EXAMPLE, 'dist'), site: emulator, configs });
  open.defer(() => server.close());
  const browser = await startBrowser(chromium);
  open.defer(() => browser.close());

  const listens = await browser.open(server.urlOf('listens'));
  await listens.until(`${DRAWN} && ${SAYS('Listening')}`, 'the first drawing', FIRST_MS);
  const deaf = await browser.open(server.urlOf('deaf'));
  await deaf.until(DRAWN, 'the first drawing', FIRST_MS);
  const before = await pictures({ listens, deaf });
  say(`Both pages are drawn. ${SERVICE} is drawn anew on the server …`);
  const input = { target: TARGET, inputService: SERVICE, updateMode: 'RECREATE_ALL_TILES' };
  const outcome = await platform.run('manage-map-server-cache-tiles', input);
  assert.ok('result' in outcome, JSON.stringify(outcome));
  const told = performance.now();
  await listens.until(SAYS('Drawn again'), 'the word that tiles were renewed', AGAIN_MS);
  // The map begins to draw a moment after it was told to.
  for (const end = Date.now() + AGAIN_MS; Date.now() < end; await sleep(LOOK_MS)) {
    if ((await shareChanged(deaf, before.listens, await listens.picture())) > MOST) break;
  }
  await listens.until(DRAWN, 'the second drawing', AGAIN_MS);
  say(`The page that listens was drawn again ${Math.round(performance.now() - told)} ms after the end of the run.`);
  const after = await pictures({ listens, deaf });

  const changed = {
    listens: await shareChanged(deaf, before.listens, after.listens),
    deaf: await shareChanged(deaf, before.deaf, after.deaf),
  };
  say(
    `Pixels that changed: ${percent(changed.listens)} of the page that listens, ${percent(changed.deaf)} of the other.`,
  );
  mkdirSync(PICTURES, { recursive: true });
  for (const [name, picture] of [
    ['before', before.listens],
    ['after', after.listens],
  ] as const) {
    const to = join(PICTURES, `map-${name}.png`);
    writeFileSync(to, picture);
    process.stdout.write(`${to}\n`);
  }
  assert.ok(changed.listens > MOST, 'the page that listens shows the old tiles');
  assert.equal(changed.deaf, 0, 'the page that does not listen has changed');
  const elsewhere = [...listens.requests, ...deaf.requests].filter(
    (one) => !/^(\w+:\/\/127\.0\.0\.1:|data:|blob:|about:)/.test(one),
  );
  assert.deepEqual(elsewhere, [], 'the page asks others');
  assert.deepEqual([...listens.complaints, ...deaf.complaints], []);
  return 0;
}

function buildPage(): void {
  const npm = (...args: string[]) => {
    say(`examples/map: npm ${args.join(' ')}`);
    const { status } = spawnSync('npm', args, { cwd: EXAMPLE, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in examples/map`);
  };
  if (!existsSync(join(EXAMPLE, 'node_modules'))) npm('ci');
  const { status } = spawnSync('tsc', ['-p', EXAMPLE], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the types of examples/map do not fit');
  npm('run', 'build');
}

async function pictures({ listens, deaf }: Record<'listens' | 'deaf', Page>) {
  return { listens: await listens.picture(), deaf: await deaf.picture() };
}

/** Of two pictures of one size, looked at in a page: it can read PNG. */
async function shareChanged(page: Page, one: Buffer, other: Buffer): Promise<number> {
  const urls = [one, other].map((png) => `data:image/png;base64,${png.toString('base64')}`);
  const share = await page.evaluate(`(async () => {
    const [one, other] = await Promise.all(${JSON.stringify(urls)}.map(async (url) => {
      const image = await createImageBitmap(await (await fetch(url)).blob());
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height).data;
    }));
    let changed = 0;
    for (let at = 0; at < one.length; at += 4) {
      if ([0, 1, 2].some((part) => Math.abs(one[at + part] - other[at + part]) > 8)) changed += 1;
    }
    return changed / (one.length / 4);
  })()`);
  return Number(share);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

process.exitCode = await main();
