import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    plant: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});

for (let seed = Number(values.from); seed < Number(values.from) + Number(values.seeds); seed += 1) {
  const report = await simulate(seed);
  const { runs, jobs, stops, faults, executions, hours, milliseconds, violations, ends } = report;
  if (values.trace) console.log(report.trace.join('\n'));
  console.log(
    `seed ${seed}: ${runs} runs, ${jobs} jobs, ${stops} stops, ${faults} faults, ${executions} executions, ${hours.toFixed(1)} h, ${Math.round(milliseconds)} ms: ${ends.join(' ')}`,
  );
  for (const violation of violations) console.log(`  ${violation}`);
}
