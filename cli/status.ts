import type { Colour, Screen } from './screen.ts';

const COLOURS: Record<string, Colour> = {
  succeeded: 'green',
  submitted: 'green',
  failed: 'red',
  uncertain: 'red',
  partly: 'yellow',
  stopped: 'yellow',
  cancelled: 'yellow',
};

/** A status word in its colour; what goes on has none. */
export function paintStatus(status: string, screen: Screen): string {
  const colour = COLOURS[status];
  return colour === undefined ? status : screen.paint(colour, status);
}
