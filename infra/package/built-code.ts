import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** The bundle of a function as it lies in the package, where this stands in the place of `bundling/function-code.ts`. */
export function functionCode(name: string): Code {
  return Code.fromAsset(join(import.meta.dirname, 'functions', name), { displayName: name });
}
