import type { JobPlatform } from './job-platform.ts';
import { readVersion } from './recorded-version.ts';

type Platform = Pick<JobPlatform, 'template' | 'stateMachines'>;

/** Puts the machines of version 0.1.0 in the place of the present ones, for what begins from now on. */
export function installFormer({ template, stateMachines }: Platform): void {
  for (const { name, definition } of readVersion().definitions.stateMachines) {
    const machine = template.stateMachines.find((one) => one.name === name);
    if (machine) stateMachines.update({ ...machine, definition });
  }
}

/** Puts the present machines back: what is at work goes on with the definition that it began with. */
export function deploy({ template, stateMachines }: Platform): void {
  for (const machine of template.stateMachines) stateMachines.update(machine);
}
