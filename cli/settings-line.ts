import type { Settings } from '../infra/settings/settings.ts';
import { stackName } from '../infra/stack-name.ts';

/** Says which settings are meant and what they hold. */
export function settingsLine(file: string, settings: Settings): string {
  const { name, schedules, rasters, events, edges, clients, jobs, network, encryption, notifications, secretPrefix } =
    settings;
  const off = schedules.filter(({ enabled }) => !enabled).length;
  const limited = Object.keys(jobs).length;
  const parts = [
    ...(name === undefined ? [] : [`stack ${stackName({ name })}`]),
    `${count(schedules.length, 'schedule')}${off > 0 ? ` (${off} switched off)` : ''}`,
    count(rasters.length, 'raster source'),
    ...(events.length > 0 ? [count(events.length, 'event')] : []),
    ...(edges.length > 0 ? [count(edges.length, 'edge')] : []),
    ...(clients.websocket ? ['map clients by WebSocket'] : []),
    ...(limited > 0 ? [`limits for ${count(limited, 'job operation')}`] : []),
    ...(network ? [`in ${network.vpcId}`] : []),
    ...(encryption ? ['a key of yours'] : []),
    toldLine(notifications),
    `secrets under ${secretPrefix}`,
  ];
  return `Settings ${file}: ${parts.join(', ')}`;
}

function toldLine(notifications: Settings['notifications']): string {
  const { email, topicArn, chat } = notifications ?? {};
  const told = [email && `mail to ${email}`, topicArn && `notices to ${topicArn}`, chat && 'chat'].filter(Boolean);
  return told.length === 0 ? 'no mail' : told.join(', ');
}

export function count(number: number, what: string): string {
  return `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`;
}
