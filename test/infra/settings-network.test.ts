import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSettings, SettingsError } from '../../infra/settings/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-settings-network-'));
after(() => rmSync(folder, { recursive: true }));

const SUBNET = 'subnet-0123456789abcdef0';
const GROUP = 'sg-0123456789abcdef0';
const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const digits = (index: number) => index.toString(16).padStart(17, '0');

const network = (changed: object) => ({
  network: { vpcId: 'vpc-0123456789abcdef0', subnetIds: [SUBNET], securityGroupIds: [GROUP], ...changed },
});
const encryption = (keyArn: unknown) => ({ encryption: { keyArn } });

const mistakes: [behaviour: string, settings: object, expected: RegExp][] = [
  ['a VPC by its name', network({ vpcId: 'main' }), /network\.vpcId: must be an id such as vpc-/],
  ['a VPC id in capital letters', network({ vpcId: 'vpc-0123456789ABCDEF0' }), /network\.vpcId: must be an id/],
  ['a subnet in the place of the VPC', network({ vpcId: SUBNET }), /network\.vpcId: must be an id/],
  ['no VPC', { network: { subnetIds: [SUBNET], securityGroupIds: [GROUP] } }, /network\.vpcId: is missing/],
  ['no subnet', network({ subnetIds: [] }), /network\.subnetIds: must name at least one/],
  ['a subnet that is none', network({ subnetIds: [SUBNET, 'subnet-12'] }), /network\.subnetIds\[1\]: must be an id/],
  ['a subnet twice', network({ subnetIds: [SUBNET, SUBNET] }), /network\.subnetIds\[1\]: "subnet-\w+" is named twice/],
  [
    'more subnets than Lambda takes',
    network({ subnetIds: Array.from({ length: 17 }, (_, index) => `subnet-${digits(index)}`) }),
    /network\.subnetIds: must be 16 at most/,
  ],
  ['no security group', network({ securityGroupIds: [] }), /network\.securityGroupIds: must name at least one/],
  ['a security group twice', network({ securityGroupIds: [GROUP, GROUP] }), /securityGroupIds\[1\]: .* is named twice/],
  [
    'more security groups than Lambda takes',
    network({ securityGroupIds: Array.from({ length: 6 }, (_, index) => `sg-${digits(index)}`) }),
    /network\.securityGroupIds: must be 5 at most/,
  ],
  ['a list that is none', network({ subnetIds: true }), /network\.subnetIds: must be a list/],
  ['text where yes or no belongs', network({ endpoints: 'no' }), /network\.endpoints: must be true or false/],
  ['an unknown key of the network', network({ subnets: [] }), /network\.subnets: unknown key/],
  [
    'an alias as key',
    encryption('arn:aws:kms:eu-west-1:111122223333:alias/gis'),
    /encryption\.keyArn: must be a key's/,
  ],
  ['a key by its id', encryption('1234abcd-12ab-34cd-56ef-1234567890ab'), /encryption\.keyArn: must be a key's/],
  ['a key with something behind it', encryption(`${KEY_ARN}0`), /encryption\.keyArn: must be a key's/],
  ['a key of every region', encryption(KEY_ARN.replace('eu-west-1', '*')), /encryption\.keyArn: must be a key's/],
  ['no key', { encryption: {} }, /encryption\.keyArn: is missing/],
];

describe('readSettings', () => {
  for (const [behaviour, settings, expected] of mistakes) {
    it(`refuses ${behaviour}`, () => {
      const [, problem = '', ...more] = problemsOf(settings);

      assert.match(problem, expected);
      assert.deepEqual(more, []);
    });
  }

  it('makes endpoints unless told otherwise', () => {
    const settings = [network({}), network({ endpoints: false })].map((one) => readSettings(settingsFile(one)));

    assert.deepEqual(
      settings.map((one) => one.network?.endpoints),
      [true, false],
    );
  });

  it('accepts ids of eight digits, and keys of several regions and of other partitions', () => {
    const old = network({ vpcId: 'vpc-01234567', subnetIds: ['subnet-01234567'], securityGroupIds: ['sg-01234567'] });
    const multiRegion = encryption('arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab');
    const china = encryption(KEY_ARN.replace('aws:kms:eu-west-1', 'aws-cn:kms:cn-north-1'));

    for (const settings of [old, multiRegion, china]) assert.doesNotThrow(() => readSettings(settingsFile(settings)));
  });
});

/** JSON is YAML. */
function settingsFile(settings: object): string {
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

function problemsOf(settings: object): string[] {
  try {
    readSettings(settingsFile(settings));
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message.split('\n');
  }
  return assert.fail('the settings were accepted');
}
