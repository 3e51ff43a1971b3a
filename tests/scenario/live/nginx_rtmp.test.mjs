// nginx with its RTMP module as the neighbour: it pushes what it gets to us, and pulls from us what it is asked for.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { judgePlay } from "../../e2e/support/judge.mjs";
import { Server } from "../../e2e/support/matinee.mjs";
import { NginxRtmp, noNginxRtmp } from "../../e2e/support/nginx_rtmp.mjs";
import { playWithFfmpeg } from "../../e2e/support/players.mjs";
import { publish } from "../../e2e/support/publishers.mjs";
import { tracksOf } from "../../e2e/support/sources.mjs";

const SECONDS = process.env.MATINEE_LONG === "1" ? 60 : 5;
const LENGTH = SECONDS * 3 + 60;

describe("nginx-rtmp", { skip: noNginxRtmp, timeout: LENGTH * 2000 + 120000, concurrency: true }, () => {
  let server;
  before(async () => {
    server = await Server.start();
  });
  after(() => server?.close());

  for (const kind of ["h264", "bframes", "audio"]) {
    test(`pushes ${kind} to us, and our viewers see all of it`, async () => {
      const name = `pushed-${kind}`;
      const stream = await server.createStream(name);
      const nginx = await NginxRtmp.start(`application in { live on; push rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}; }`);
      const publisher = await publish(`rtmp://127.0.0.1:${nginx.port}/in/anything`, kind, { seconds: LENGTH });
      try {
        await server.untilLive(name, 15000).catch((error) => assert.fail(`${error.message}\n${publisher.log}\n${nginx.log}\n${server.log.slice(-2000)}`));
        const wanted = tracksOf(kind);
        const plays = [`rtmp://127.0.0.1:${server.rtmpPort}/live/${name}`, `${server.url}/flv/${name}.flv`, `${server.url}/hls/${name}.m3u8`].map((url) => playWithFfmpeg(url));
        for (const play of await Promise.all(plays.map((one) => one.finish({ wanted, seconds: SECONDS })))) judgePlay(play, { wanted, seconds: SECONDS });
      } finally {
        await publisher.stop();
        await nginx.close();
      }
    });

    test(`pulls ${kind} from us, and its viewers see all of it`, async () => {
      const name = `pulled-${kind}`;
      const stream = await server.createStream(name);
      const nginx = await NginxRtmp.start(`application out { live on; pull rtmp://127.0.0.1:${server.rtmpPort}/live/${name} name=${name}; }`);
      const publisher = await publish(`rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}`, kind, { seconds: LENGTH });
      try {
        await server.untilLive(name, 15000);
        const wanted = tracksOf(kind);
        const play = await playWithFfmpeg(`rtmp://127.0.0.1:${nginx.port}/out/${name}`).finish({ wanted, seconds: SECONDS });
        assert.equal(play.broke, null, `${play.broke}\n${nginx.log}`);
        judgePlay(play, { wanted, seconds: SECONDS });
      } finally {
        await publisher.stop();
        await nginx.close();
      }
    });
  }
});
