import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { FUNCTIONS } from './bundle-function.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

let bundles: string | undefined;

/** The bundle of a function of `functions` as the CDK takes it; not made where the app's context switches bundling off. */
export function functionCode(name: string): Code {
  return Code.fromAsset(join(FUNCTIONS, name), {
    assetHashType: AssetHashType.OUTPUT,
    displayName: name,
    bundling: {
      // Asked for by the CDK, never used: a bundle that cannot be made here ends the synth.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle(outputDir) {
          bundles ??= allBundles();
          cpSync(join(bundles, name), outputDir, { recursive: true });
          return true;
        },
      },
    },
  });
}

/** The folder with the bundles of all functions; it goes with this process. */
function allBundles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cache-ops-bundles-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { status } = spawnSync(process.execPath, [MAIN, folder], { stdio: ['ignore', 2, 'inherit'] });
  if (status !== 0) throw new Error('The functions could not be bundled');
  return folder;
}
