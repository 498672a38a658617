import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const WIDTH = 1280;
const TIMEOUT_MS = 120_000;
/** A browser of root's has no sandbox. */
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=1'];

/** A Chromium of this machine; undefined where there is none. */
export function findChromium(): string | undefined {
  return NAMES.find((name) => spawnSync(name, ['--version'], { timeout: TIMEOUT_MS }).status === 0);
}

/** How high a page is, by a script of ours in it that writes that into its title. */
export function heightOf(chromium: string, file: string): number {
  const dom = runChromium(chromium, [`--window-size=${WIDTH},400`, '--dump-dom', pathToFileURL(file).href]);
  return Number(/<title>(\d+)<\/title>/.exec(dom)?.[1]);
}

/** Takes a picture of a whole page. */
export function takePicture(chromium: string, file: string, { height, to }: { height: number; to: string }): void {
  runChromium(chromium, [`--window-size=${WIDTH},${height}`, `--screenshot=${to}`, pathToFileURL(file).href]);
}

function runChromium(chromium: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(chromium, [...FLAGS, ...args], {
    timeout: TIMEOUT_MS,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${chromium} failed: ${stderr}`);
  return stdout;
}
