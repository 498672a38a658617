import { readFileSync } from 'node:fs';

const PAGE = new URL('../../docs/other-ways-to-deploy.md', import.meta.url);

/** The first page of the package, which is read where no page of the project is; its example is the one of that page. */
export function packageReadme(): string {
  const [example = ''] = /```ts\n[\s\S]*?```/.exec(readFileSync(PAGE, 'utf8')) ?? [];
  return `# cache-ops

Keeps the caches of ArcGIS and MicroStrategy servers true: a construct of the AWS CDK, and a command.
The construct holds five operations with their schedules, the events that start them, their alarms, and an entry for every run.

${example}

A target is a secret \`cache-ops/<target>\` in AWS Secrets Manager, with the address of the server and the account:

\`\`\`json
{ "vendor": "arcgis", "url": "https://gis.example.org/server", "username": "svc", "password": "…" }
\`\`\`

The props are the settings; their descriptions are in the declarations.
\`readSettings('cache-ops.yaml')\` reads them from a file, whose JSON Schema is \`cache-ops/settings.schema.json\`.
Settings that cannot be used end the synthesis with every problem.
A stack holds one \`CacheOps\`; two stacks in one account and region need two values of \`name\`.

## The command

\`\`\`bash
npx cache-ops --help
npx cache-ops runs --stack CacheOps
npx cache-ops clear-rest-cache target=city-gis --stack CacheOps
npx cache-ops clear-rest-cache target=arcgis
npx cache-ops
\`\`\`

With \`--stack\` it works with a deployed stack, by the AWS credentials of the shell, on Node.js 20.12 or later.
Without it the operations run on this machine, against servers in miniature or those of \`--secrets <file>\`.
That needs Node.js 24: \`npm install node@24\` puts it into one folder alone.
There \`--settings <file>\` needs the CDK: \`npm install aws-cdk-lib constructs\`.
`;
}
