/** The first page of the package, which is read where no page of the project is. */
export function packageReadme(): string {
  return `# cache-ops

Keeps the caches of ArcGIS and MicroStrategy servers true: a construct of the AWS CDK.
It holds five operations with their schedules, the events that start them, their alarms, and an entry for every run.

\`\`\`bash
npm install cache-ops aws-cdk-lib constructs
\`\`\`

\`\`\`ts
import { App, Stack } from 'aws-cdk-lib';
import { CacheOps } from 'cache-ops';

const stack = new Stack(new App(), 'Gis');
new CacheOps(stack, 'CacheOps', {
  schedules: [
    {
      name: 'nightly-rest-cache',
      operation: 'clear-rest-cache',
      expression: 'cron(0 3 * * ? *)',
      timezone: 'Europe/Paris',
      input: { target: 'city-gis' },
    },
  ],
});
\`\`\`

A target is a secret \`cache-ops/<target>\` in AWS Secrets Manager, with the address of the server and the account:

\`\`\`json
{ "vendor": "arcgis", "url": "https://gis.example.org/server", "username": "svc", "password": "…" }
\`\`\`

The settings have the keys of a settings file, and their descriptions are in the declarations.
\`readSettings('cache-ops.yaml')\` reads such a file; \`cache-ops/settings.schema.json\` is its JSON Schema.
Settings that cannot be used end the synthesis with every problem.
A stack holds one \`CacheOps\`; several in one account have different names (\`name\`).
`;
}
