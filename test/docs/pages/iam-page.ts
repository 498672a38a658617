import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { iamCsv, iamMarkdown } from '../../infra/iam-report.ts';
import { permissionsOf } from '../../infra/permissions.ts';
import { synthesize } from '../../infra/synthesize.ts';
import { generatedBy, page } from './markdown.ts';

const example = (name: string) => parse(readFileSync(`examples/settings/${name}.yaml`, 'utf8'));

/** All that settings can switch on, so that no role is missing. */
export function everySetting(): object {
  const { vpcId, subnetIds, securityGroupIds } = example('enterprise-vpc').network;
  return {
    schedules: example('small-town').schedules,
    rasters: example('rasters').rasters,
    events: example('bi').events,
    edges: example('cloudfront').edges,
    clients: example('rasters').clients,
    network: { vpcId, subnetIds, securityGroupIds },
    notifications: example('small-town').notifications,
  };
}

const permissions = () => permissionsOf(synthesize(everySetting()).template.toJSON());

/** What every role may do, for a security team. */
export function iamPage(): string {
  return page(
    '# What every role may do',
    generatedBy('the synthesized template'),
    'With schedules, raster sources, events, edges, map clients, a VPC and notices switched on.\nHow to make it for your own settings is in the [security review](security-review.md).\nThe same for a spreadsheet: [iam.csv](iam.csv).',
    iamMarkdown(permissions()),
  );
}

export function iamCsvFile(): string {
  return `${iamCsv(permissions())}\r\n`;
}
