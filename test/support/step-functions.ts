import { startAwsEndpoint } from '../../local/aws-endpoint.ts';
import { ServiceError } from '../../local/service-error.ts';
import { NO_DATABASE } from './invoke.ts';

/** Step Functions that refuses every start whose input holds a text. */
export interface RefusingStepFunctions {
  /** The inputs of every start that was asked for, refused or not. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Points the AWS SDK of this process at Step Functions that refuse with an error of this name. */
export async function startRefusingStepFunctions(errorName: string, refusedText = ''): Promise<RefusingStepFunctions> {
  const asked: string[] = [];
  const endpoint = await startAwsEndpoint(() => ({
    start({ name = 'run', input = '' }) {
      asked.push(input);
      if (input.includes(refusedText)) throw new ServiceError(errorName, 'refused');
      return { arn: `arn:aws:states:us-east-1:000000000000:execution:under-test:${name}`, startedAt: Date.now() };
    },
    find: () => undefined,
    database: NO_DATABASE,
  }));
  const before = process.env['AWS_ENDPOINT_URL_SFN'];
  process.env['AWS_ENDPOINT_URL_SFN'] = endpoint.url;
  return {
    asked,
    async close() {
      if (before === undefined) delete process.env['AWS_ENDPOINT_URL_SFN'];
      else process.env['AWS_ENDPOINT_URL_SFN'] = before;
      await endpoint.close();
    },
  };
}
