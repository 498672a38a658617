/** Whether one I-Server version, such as `11.3.0800`, is another one or later. */
export function isAtLeast(version: string, minimum: string): boolean {
  return version.localeCompare(minimum, 'en', { numeric: true }) >= 0;
}

/** 2021 Update 8, the first version with the purge of element and object caches. */
export const PURGE_VERSION = '11.3.0800';

/** 2021 Update 7, from which on the vendor's client lists content caches. */
export const CONTENT_CACHES_VERSION = '11.3.0700';
