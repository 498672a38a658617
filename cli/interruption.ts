/** npm passes Ctrl-C on: one press comes twice. */
const ONE_PRESS_MS = 500;

interface Answers {
  /** To the first press. */
  stop: () => void;
  /** To a second one. */
  leave: () => void;
}

/** Answers Ctrl-C, and the wish of whoever ends this process; the signal is aborted at the first press. */
export function onInterruption({ stop, leave }: Answers): AbortSignal {
  const interrupted = new AbortController();
  let pressedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const isSecond = interrupted.signal.aborted && Date.now() - pressedAt > ONE_PRESS_MS;
      if (isSecond) leave();
      if (interrupted.signal.aborted) return;
      pressedAt = Date.now();
      interrupted.abort();
      stop();
    });
  }
  return interrupted.signal;
}
