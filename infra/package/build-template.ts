import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App,
  CfnParameter,
  type FileAssetLocation,
  type FileAssetSource,
  Fn,
  type IStackSynthesizer,
  type ISynthesisSession,
  StackSynthesizer,
} from 'aws-cdk-lib';
import { VERSION } from '../../shared/version.ts';
import type { Settings } from '../settings/settings.ts';
import { zip } from './zip.ts';

const BUCKET = 'CodeBucket';
const PREFIX = 'CodePrefix';
const HASH_CHARACTERS = 12;

export const TEMPLATE_FILE = 'cache-ops.template.json';
/** The folder of the zipped code, beside the template. */
export const CODE_FOLDER = 'code';
export const DEPLOY_FILE = 'deploy.sh';

/**
 * Makes a folder that deploys the stack of these settings without the CDK: template, zipped code, and the command.
 * @param built the folder of the built package, whose bundles are taken
 */
export async function buildTemplate(folder: string, settings: Settings, built: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, CODE_FOLDER), { recursive: true });
  const { name, template, code } = await synthesize(settings, built);
  await writeFile(join(folder, TEMPLATE_FILE), `${JSON.stringify(template, null, 1)}\n`);
  await writeFile(join(folder, DEPLOY_FILE), deployScript(name));
  for (const [file, functionName] of code) {
    const bundle = join(built, 'functions', functionName);
    const names = (await readdir(bundle)).sort();
    const entries = await Promise.all(
      names.map(async (one) => ({ name: one, content: await readFile(join(bundle, one)) })),
    );
    await writeFile(join(folder, CODE_FOLDER, file), zip(entries));
  }
}

async function synthesize(settings: Settings, built: string) {
  const { addStack }: typeof import('./exports.ts') = createRequire(import.meta.url)(join(built, 'index.js'));
  const outdir = await mkdtemp(join(tmpdir(), 'cache-ops-template-'));
  const app = new App({ outdir, analyticsReporting: false });
  const synthesizer = new CodeParameters();
  // The CDK declares an optional property of its own class otherwise than of the interface.
  const stack = addStack(app, settings, synthesizer as IStackSynthesizer);
  new CfnParameter(stack, BUCKET, { description: 'The bucket with the zipped code, in the region of the stack' });
  new CfnParameter(stack, PREFIX, {
    description: 'What the keys of the zipped code begin with there',
    default: `cache-ops/${VERSION}/`,
  });
  const template: unknown = app.synth().getStackByName(stack.stackName).template;
  await rm(outdir, { recursive: true });
  return { name: stack.stackName, template, code: synthesizer.code };
}

/** Takes code from where two parameters of the template say: nothing has to be bootstrapped. */
class CodeParameters extends StackSynthesizer {
  /** The functions by the names of their archives. The names change with the code, so that a new release is deployed. */
  readonly code = new Map<string, string>();

  addFileAsset({ displayName = '', sourceHash }: FileAssetSource): FileAssetLocation {
    const file = `${displayName}-${sourceHash.slice(0, HASH_CHARACTERS)}.zip`;
    this.code.set(file, displayName);
    const objectKey = Fn.sub(`\${${PREFIX}}${file}`);
    return { bucketName: Fn.ref(BUCKET), objectKey, httpUrl: '', s3ObjectUrl: '' };
  }

  addDockerImageAsset(): never {
    throw new Error('the stack has no image');
  }

  synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    this.emitArtifact(session);
  }
}

/** Two calls of the AWS command line in one, for those who have no CDK. */
function deployScript(stackName: string): string {
  return `#!/bin/sh
# Deploys the stack ${stackName} of cache-ops ${VERSION} by the AWS command line alone.
# The bucket is one of yours, in the region of the stack; who deploys needs to write to it.
# Account and region are those of the environment (AWS_PROFILE, AWS_DEFAULT_REGION).
set -eu
bucket=\${1:?"say which bucket takes the code: sh ${DEPLOY_FILE} <bucket>"}
shift
cd "$(dirname "$0")"
aws s3 cp --recursive ${CODE_FOLDER} "s3://$bucket/cache-ops/${VERSION}/"
exec aws cloudformation deploy --stack-name ${stackName} --template-file ${TEMPLATE_FILE} \\
  --s3-bucket "$bucket" --s3-prefix "cache-ops/${VERSION}" --capabilities CAPABILITY_IAM \\
  --parameter-overrides "${BUCKET}=$bucket" "$@"
`;
}
