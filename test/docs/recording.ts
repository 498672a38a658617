import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const RECORDING = 'docs/recording.svg';

const COLUMNS = 100;
/** What waits longer than this in the tour waits so long in the recording. */
const LONGEST_GAP_MS = 700;
const FIRST_MS = 600;
const LINE_HEIGHT = 18;
const CHARACTER_WIDTH = 7.83;
const MARGIN = 16;
const COLOURS: readonly [pattern: RegExp, colour: string][] = [
  [/\bsucceeded\b/g, '#3fb950'],
  [/\b(?:failed|stopped)\b/g, '#f85149'],
  [/\b(?:started|synthesize)\b/g, '#8b949e'],
];

/** A line, and when it was written. */
interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** Runs the tour, and gives what it says on both streams; what the CDK says while it bundles is left out. */
async function recordTour(): Promise<Line[]> {
  const env = { ...process.env, COLUMNS: String(COLUMNS), NO_COLOR: '1' };
  const child = spawn(process.execPath, ['cli/start.ts'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const startedAt = performance.now();
  const lines: Line[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (text) => {
      if (!text.startsWith('Bundling asset ')) lines.push({ atMs: performance.now() - startedAt, text });
    });
  }
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`the tour failed:\n${lines.map(({ text }) => text).join('\n')}`);
  return lines;
}

/** Shows the lines one after the other; where nothing moves, all of them. */
function drawing(lines: readonly Line[]): string {
  let at = FIRST_MS;
  let before = lines[0]?.atMs ?? 0;
  const texts = lines.map(({ atMs, text }, index) => {
    at += Math.min(atMs - before, LONGEST_GAP_MS);
    before = atMs;
    const y = MARGIN + LINE_HEIGHT * (index + 2);
    return `<text x="${MARGIN}" y="${y}" style="animation-delay:${(at / 1000).toFixed(1)}s">${coloured(text)}</text>`;
  });
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN);
  const height = LINE_HEIGHT * (lines.length + 2) + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="npm start in a terminal">
<style>
text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #e6edf3; white-space: pre; animation: shown 0.1s backwards }
@keyframes shown { from { opacity: 0 } }
@media (prefers-reduced-motion: reduce) { text { animation: none } }
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<text x="${MARGIN}" y="${MARGIN + LINE_HEIGHT}">$ npm start</text>
${texts.join('\n')}
</svg>
`;
}

function coloured(text: string): string {
  // Where the mails lie is of this machine.
  const escaped = text
    .replace(/, in \S+\.$/, '.')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return COLOURS.reduce(
    (marked, [pattern, colour]) => marked.replaceAll(pattern, (word) => `<tspan fill="${colour}">${word}</tspan>`),
    escaped,
  );
}

if (import.meta.main) writeFileSync(RECORDING, drawing(await recordTour()));
