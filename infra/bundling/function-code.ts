import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const FUNCTIONS = fileURLToPath(new URL('../../functions', import.meta.url));

/** The bundle of a function of `functions` as the CDK takes it; not made where the app's context switches bundling off. */
export function functionCode(name: string): Code {
  return Code.fromAsset(`${FUNCTIONS}/${name}`, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Asked for by the CDK, never used: a bundle that cannot be made here ends the synth.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle(outputDir) {
          const { status } = spawnSync(process.execPath, [MAIN, name, outputDir], { stdio: ['ignore', 2, 'inherit'] });
          if (status !== 0) throw new Error(`${name} could not be bundled`);
          return true;
        },
      },
    },
  });
}
