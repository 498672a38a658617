import type { Progress } from './progress.ts';

/** What a command is given besides its arguments. */
export interface Surroundings {
  progress: Progress;
  /** What is to be closed at the end, or at Ctrl-C. */
  resources: AsyncDisposableStack;
  /** Aborted by Ctrl-C: nothing more is started. */
  interrupted: AbortSignal;
}
