// One sample in a fresh process: loads a bundle as Lambda does and calls its handler. Plain JavaScript, because Node.js
// would load its TypeScript parts into the very process that is measured.
const { performance } = require('node:perf_hooks');

const [, , bundle, eventText, warmCallsText] = process.argv;
const event = JSON.parse(eventText);
const context = { awsRequestId: 'bench', functionName: 'bench', getRemainingTimeInMillis: () => 120_000 };
const print = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

const call = (handler) =>
  handler(event, context).then(
    (result) => JSON.stringify(result),
    ({ name }) => name,
  );

async function main() {
  const startedAt = performance.now();
  const { handler } = require(bundle);
  const loadedAt = performance.now();
  const outcome = await call(handler);
  const calledAt = performance.now();
  const { maxRSS } = process.resourceUsage();
  const warmCalls = Number(warmCallsText);
  for (let count = 0; count < warmCalls; count += 1) await call(handler);
  const warmAt = performance.now();
  for (let count = 0; count < warmCalls; count += 1) await call(handler);
  const sample = {
    outcome,
    // Since the process began, the start of Node.js itself included.
    totalMs: calledAt,
    loadMs: loadedAt - startedAt,
    callMs: calledAt - loadedAt,
    warmUs: warmCalls === 0 ? 0 : ((performance.now() - warmAt) * 1000) / warmCalls,
    peakMiB: maxRSS / 1024,
  };
  print(`${JSON.stringify(sample)}\n`);
  process.exit(0);
}

void main();
