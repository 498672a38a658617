import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium, heightOf, takePicture } from './chromium.ts';
import { byTheRules, consolePage, NO_SCRIPT } from './console-page.ts';
import { pageOfScene, sceneNames } from './scenes.ts';

const MEASURE = `<script>addEventListener('load', () => { document.title = Math.ceil(document.body.getBoundingClientRect().height); });</script>`;

/**
 * Pictures of the dashboard's page in a real browser, as the console would show it: `--out <folder>`, `--only <scene>`,
 * `--height <pixels>` of the upper part alone. Exits with 1 where the console would
 * take something out of the page, or where there is no browser.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: 'pictures' }, only: { type: 'string' }, height: { type: 'string' } },
  });
  const chromium = findChromium();
  if (chromium === undefined) {
    process.stderr.write('No Chromium is installed. On Debian: apt-get install chromium fonts-dejavu\n');
    return 1;
  }
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'cache-ops-pictures-'));
  try {
    for (const scene of sceneNames.filter((name) => values.only === undefined || name === values.only)) {
      for (const theme of ['light', 'dark'] as const) {
        const html = await pageOfScene(scene, theme);
        if (byTheRules(html) !== html) throw new Error(`The console would take something out of ${scene}`);
        const file = join(folder, `${scene}-${theme}.html`);
        writeFileSync(file, consolePage(html, theme, MEASURE));
        const height = values.height === undefined ? heightOf(chromium, file) : Number(values.height);
        writeFileSync(file, consolePage(html, theme, NO_SCRIPT));
        const to = join(out, `${scene}-${theme}.png`);
        takePicture(chromium, file, { height, to });
        process.stdout.write(`${to}\n`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return 0;
}

process.exitCode = await main();
