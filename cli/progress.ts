import type { WriteStream } from 'node:tty';

const REDRAW_MS = 100;
/** Without a terminal, what has changed is printed this often. */
const PLAIN_LINE_MS = 2000;

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

  /** Writes a line that stays. */
  note(text: string): void {
    this.#erase();
    this.#stream.write(`${text}\n`);
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
        this.note(render({ ...line, text }));
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
    const width = this.#stream.columns || 80;
    for (const line of this.#running) this.#stream.write(`${render(line).slice(0, width - 1)}\n`);
    this.#drawnLines = this.#running.size;
  }

  #erase(): void {
    // Up to the first drawn line, then clear to the end of the screen.
    if (this.#drawnLines > 0) this.#stream.write(`\u001b[${this.#drawnLines}A\u001b[J`);
    this.#drawnLines = 0;
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function render({ label, text, startedAt }: Line): string {
  return `${label.padEnd(30)}  ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`;
}
