// An nginx with its RTMP module, as a neighbour who pushes to us and pulls from us: folder, port and process of the test's own.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { remove, start, temporaryFolder } from "./children.mjs";
import { freePort, until } from "./matinee.mjs";

const MODULE = ["/usr/lib/nginx/modules/ngx_rtmp_module.so", "/usr/share/nginx/modules/ngx_rtmp_module.so"].find(existsSync);
export const noNginxRtmp = MODULE ? false : "libnginx-mod-rtmp is not installed";

export class NginxRtmp {
  /** `applications` is the inside of the server block, in nginx' own words. */
  static async start(applications, { port } = {}) {
    const nginx = new NginxRtmp();
    nginx.folder = temporaryFolder("nginx");
    nginx.port = port ?? (await freePort());
    writeFileSync(join(nginx.folder, "nginx.conf"), `
load_module ${MODULE};
daemon off;
master_process off;
pid ${nginx.folder}/pid;
error_log ${nginx.folder}/error.log info;
events {}
rtmp { server { listen 127.0.0.1:${nginx.port}; access_log off; ${applications} } }
`);
    nginx.program = start("nginx", ["-p", nginx.folder, "-e", join(nginx.folder, "error.log"), "-c", join(nginx.folder, "nginx.conf")]);
    await until("nginx listens", async () => {
      if (nginx.program.over) throw new Error(`nginx ended: ${nginx.program.log}\n${nginx.log}`);
      return new Promise((done) => {
        const socket = net.connect(nginx.port, "127.0.0.1", () => done(socket.destroy()));
        socket.on("error", () => done(null));
      });
    });
    return nginx;
  }

  get log() {
    return existsSync(join(this.folder, "error.log")) ? readFileSync(join(this.folder, "error.log"), "utf8").slice(-3000) : "";
  }

  async close() {
    await this.program.stop("SIGTERM");
    remove(this.folder);
  }
}
