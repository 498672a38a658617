import { type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { VERSION } from '../shared/version.ts';
import { CacheOps } from './cache-ops.ts';
import type { Settings } from './settings/settings.ts';
import { stackName } from './stack-name.ts';

/** A stack with nothing else in it, named by the settings. */
export function addStack(scope: Construct, settings: Settings, synthesizer?: IStackSynthesizer): Stack {
  const stack = new Stack(scope, stackName(settings), {
    description: `Keeps the caches of ArcGIS and MicroStrategy servers true (cache-ops ${VERSION})`,
    analyticsReporting: false,
    tags: settings.tags,
    ...(synthesizer && { synthesizer }),
  });
  // By this id the construct leaves no trace in logical ids: what is deployed keeps its own.
  new CacheOps(stack, 'Default', settings);
  return stack;
}
