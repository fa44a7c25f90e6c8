import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

export type StandIn = { readonly member: string; readonly content: Buffer; readonly stored?: boolean };

/** A zip of some files, as wheels are: headers, contents, directory, end. */
export function makeWheel(members: readonly StandIn[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { member, content, stored } of members) {
    const name = Buffer.from(member);
    const packed = stored ? content : deflateRawSync(content);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(stored ? 0 : 8, 4);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(name.length, 22);
    // an extra field here and none in the directory, as some writers do
    const extra = Buffer.from([0x99, 0x99, 2, 0, 1, 1]);
    const local = Buffer.from(facts);
    local.writeUInt16LE(extra.length, 24);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), local, name, extra, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, tail, name);
    at += 4 + 26 + name.length + extra.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** What `--wheels` takes, for stand-in wheels. */
export function describeWheel(project: string, file: string, members: readonly StandIn[]): unknown {
  return {
    project,
    file,
    licence: 'none',
    libraries: members
      .filter(({ member }) => basename(member).startsWith('lib'))
      .map(({ member, content }) => ({
        member,
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      })),
  };
}

export const noise = (bytes: number): Buffer => randomBytes(bytes);

/** A simple index of packages over wheels in memory, whose files are sent by ranges only. */
export async function serveWheels(wheels: ReadonlyMap<string, Buffer>) {
  const state = { sent: 0, cutAfter: null as number | null, slow: false };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    if (path.startsWith('/simple/')) {
      const links = [...wheels.keys()].map((file) => `<a href="../../files/${file}#sha256=0">${file}</a>`);
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(links.join('\n'));
    }
    const wheel = wheels.get(path.slice('/files/'.length));
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (wheel === undefined || range === null) return void response.writeHead(404).end();
    const [first, last] = [Number(range[1]), Math.min(Number(range[2]), wheel.length - 1)];
    const body = wheel.subarray(first, last + 1);
    response.writeHead(206, {
      'content-range': `bytes ${first}-${last}/${wheel.length}`,
      'content-length': body.length,
    });
    for (let at = 0; at < body.length; at += 10_000) {
      if (state.cutAfter !== null && at >= state.cutAfter) {
        state.cutAfter = null;
        return void response.destroy();
      }
      const piece = body.subarray(at, at + 10_000);
      state.sent += piece.length;
      response.write(piece);
      await new Promise((resolve) => setTimeout(resolve, state.slow ? 20 : 0));
      if (response.destroyed) return;
    }
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    state,
    index: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
