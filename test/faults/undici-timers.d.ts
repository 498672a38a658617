// The package has types for its own entry only.
declare module 'undici/lib/util/timers.js' {
  const timers: {
    /** Lets undici's own timers run ahead; meant for tests. */
    tick(milliseconds: number): void;
  };
  export = timers;
}
