import type { TestContext } from 'node:test';
import { withoutLog } from '../support/without-log.ts';

type End = () => unknown;

/** What is played ends before the next begins, and says nothing. */
export async function alone<T>(play: (t: Pick<TestContext, 'after'>) => Promise<T>): Promise<T> {
  const ends: End[] = [];
  const shown = withoutLog();
  try {
    return await play({ after: (end) => ends.push(end as End) });
  } finally {
    for (const end of ends.toReversed()) await end();
    shown();
  }
}
