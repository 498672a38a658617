import type { WriteStream } from 'node:tty';
import { wrapped } from './screen.ts';

const REDRAW_MS = 100;
/** Without a terminal, what has changed is printed this often. */
const PLAIN_LINE_MS = 2000;
const USUAL_WIDTH = 80;
const LEAST_TEXT_WIDTH = 20;

interface Line {
  label: string;
  text: string;
  startedAt: number;
  changed: boolean;
}

/** One line per running operation, kept up to date on a terminal, printed as it changes elsewhere. */
export class Progress {
  readonly #stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>;
  readonly #running = new Set<Line>();
  #drawnLines = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>) {
    this.#stream = stream;
  }

  /** Writes a text that stays; a terminal's lines are broken between words. */
  note(text: string): void {
    // The terminal shows what is typed: ^C.
    if (this.#stream.isTTY && this.#drawnLines === 0) this.#stream.write('\r\u001b[K');
    this.#erase();
    this.#stream.write(`${wrapped(text, this.#stream.isTTY ? this.#width : Number.POSITIVE_INFINITY)}\n`);
    this.#draw();
  }

  /** Starts a line and gives the functions that change and end it. */
  start(label: string): { update: (text: string) => void; end: (text: string) => void } {
    const line: Line = { label, text: 'started', startedAt: Date.now(), changed: false };
    if (!this.#stream.isTTY) this.note(render(line));
    this.#running.add(line);
    this.#timer ??= setInterval(() => this.#refresh(), this.#stream.isTTY ? REDRAW_MS : PLAIN_LINE_MS).unref();
    return {
      update: (text) => {
        line.changed ||= text !== line.text;
        line.text = text;
      },
      end: (text) => {
        this.#running.delete(line);
        this.note(this.#hung({ ...line, text }));
        if (this.#running.size === 0) this.#stopTimer();
      },
    };
  }

  close(): void {
    this.#erase();
    this.#stopTimer();
    this.#running.clear();
  }

  #refresh(): void {
    if (this.#stream.isTTY) {
      this.#erase();
      this.#draw();
      return;
    }
    for (const line of this.#running) {
      if (line.changed) this.#stream.write(`${render(line)}\n`);
      line.changed = false;
    }
  }

  #draw(): void {
    if (!this.#stream.isTTY) return;
    for (const line of this.#running) this.#stream.write(`${cut(render(line), this.#width)}\n`);
    this.#drawnLines = this.#running.size;
  }

  /** A line whose text may be long: what follows stands below its beginning. */
  #hung({ text, ...line }: Line): string {
    const head = render({ ...line, text: '' });
    const left = this.#width - head.length;
    if (!this.#stream.isTTY || left < LEAST_TEXT_WIDTH) return head + text;
    return head + wrapped(text, left).replaceAll('\n', `\n${' '.repeat(head.length)}`);
  }

  get #width(): number {
    return this.#stream.columns || USUAL_WIDTH;
  }

  #erase(): void {
    // To the start of the first drawn line, then clear to the end of the screen.
    if (this.#drawnLines > 0) this.#stream.write(`\u001b[${this.#drawnLines}F\u001b[J`);
    this.#drawnLines = 0;
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** One line of the terminal, with whole words; the last column stays free, it would wrap some terminals. */
function cut(line: string, width: number): string {
  const [first = '', ...more] = wrapped(line, width - 3).split('\n');
  return more.length > 0 ? `${first} …` : first;
}

function render({ label, text, startedAt }: Line): string {
  return `${label.padEnd(30)}  ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`;
}
