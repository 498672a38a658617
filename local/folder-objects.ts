import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectPart, ObjectSource } from '../shared/rasters/reader.ts';

/** The files of a folder as objects. */
export function folderObjects(folder: string): ObjectSource {
  return {
    async read(key, offset, length): Promise<ObjectPart | undefined> {
      try {
        await using file = await open(join(folder, key));
        const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(length), position: offset });
        return { bytes: buffer.subarray(0, bytesRead) };
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
