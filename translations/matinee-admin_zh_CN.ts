<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>KeyStore</name>
    <message>
        <source>There is no keychain on this desktop, so the key is asked for each time.</source>
        <translation>此桌面没有密钥环，因此每次都会询问密钥。</translation>
    </message>
    <message>
        <source>The keychain was not opened, so the key is asked for each time.</source>
        <translation>密钥环未解锁，因此每次都会询问密钥。</translation>
    </message>
    <message>
        <source>The keychain could not be used (%1), so the key is asked for each time.</source>
        <translation>无法使用密钥环（%1），因此每次都会询问密钥。</translation>
    </message>
</context>
<context>
    <name>ServerAddress</name>
    <message>
        <source>Enter the address of your server, for example &quot;192.168.1.20:8080&quot; or &quot;https://live.example.org&quot;.</source>
        <translation>请输入服务器地址，例如“192.168.1.20:8080”或“https://live.example.org”。</translation>
    </message>
    <message>
        <source>This address is too long.</source>
        <translation>此地址过长。</translation>
    </message>
    <message>
        <source>This is the address for your encoder. The console needs the one that you open in a browser, for example &quot;http://%1&quot;.</source>
        <translation>这是给编码器使用的地址。控制台需要的是在浏览器中打开的地址，例如“http://%1”。</translation>
    </message>
    <message>
        <source>&quot;%1://&quot; is not understood. Use http:// or https://, or leave it out.</source>
        <translation>无法识别“%1://”。请使用 http:// 或 https://，或者省略它。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not an address. An IPv6 address with a port is written as &quot;[::1]:8080&quot;.</source>
        <translation>“%1”不是有效地址。带端口的 IPv6 地址应写作“[::1]:8080”。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not an address. Write a name or number, with a port where it is not 8080: &quot;192.168.1.20:8080&quot;.</source>
        <translation>“%1”不是有效地址。请填写主机名或 IP 地址；端口不是 8080 时请一并写上，例如“192.168.1.20:8080”。</translation>
    </message>
    <message>
        <source>Leave out what stands before the &quot;@&quot;: the console signs in with an API key.</source>
        <translation>请去掉“@”之前的内容：控制台使用 API 密钥登录。</translation>
    </message>
    <message>
        <source>0 is not a port. The server listens on 8080 unless it was told otherwise.</source>
        <translation>0 不是有效端口。除非另行设置，服务器监听 8080 端口。</translation>
    </message>
</context>
<context>
    <name>matinee::gui::Banner</name>
    <message>
        <source>Hide this message</source>
        <translation>隐藏此消息</translation>
    </message>
</context>
<context>
    <name>matinee::gui::ConfirmDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>matinee::gui::Connection</name>
    <message>
        <source>%1 does not answer.</source>
        <translation>%1 没有响应。</translation>
    </message>
    <message>
        <source>The server closed the connection.</source>
        <translation>服务器关闭了连接。</translation>
    </message>
    <message>
        <source>The server sent something that this console does not understand. Is its version the same?</source>
        <translation>服务器发来了此控制台无法理解的内容。两者的版本是否一致？</translation>
    </message>
    <message>
        <source>The API key is not valid any more. It may have been revoked or have expired.</source>
        <translation>API 密钥已失效，可能已被吊销或过期。</translation>
    </message>
    <message>
        <source>The server does not know this API key. Check that you copied all of it.</source>
        <translation>服务器不认识此 API 密钥。请检查是否完整复制。</translation>
    </message>
    <message>
        <source>The server said goodbye.</source>
        <translation>服务器结束了会话。</translation>
    </message>
    <message>
        <source>The certificate of %1 is not trusted.</source>
        <translation>%1 的证书不受信任。</translation>
    </message>
    <message>
        <source>The server does not let consoles in from this computer&apos;s address. Its setting admin.allow_from decides that.</source>
        <translation>服务器不允许从此计算机的地址使用控制台，这由服务器设置 admin.allow_from 决定。</translation>
    </message>
    <message>
        <source>There is a server at %1, but it has no Matinee console. Check the address and port.</source>
        <translation>%1 上有服务器，但没有 Matinee 控制台。请检查地址和端口。</translation>
    </message>
    <message>
        <source>%1 does not take consoles at the moment: %2</source>
        <translation>%1 目前不接受控制台连接：%2</translation>
    </message>
    <message>
        <source>Nothing listens at %1. Is the server running, and is the port right?</source>
        <translation>%1 上没有服务在监听。服务器是否正在运行，端口是否正确？</translation>
    </message>
    <message>
        <source>There is no host named %1.</source>
        <translation>找不到名为 %1 的主机。</translation>
    </message>
    <message>
        <source>%1 closed the connection at once. Does it need https://?</source>
        <translation>%1 立即关闭了连接。是否需要使用 https://？</translation>
    </message>
    <message>
        <source>No encrypted connection to %1: %2</source>
        <translation>无法与 %1 建立加密连接：%2</translation>
    </message>
    <message>
        <source>%1 cannot be reached from here. Is the network up?</source>
        <translation>从这里无法访问 %1。网络是否正常？</translation>
    </message>
    <message>
        <source>No connection to %1: %2</source>
        <translation>无法连接到 %1：%2</translation>
    </message>
    <message>
        <source>The server answered with something that this console does not understand. Is its version the same?</source>
        <translation>服务器的回应无法被此控制台理解。两者的版本是否一致？</translation>
    </message>
    <message>
        <source>There is no connection to the server at the moment.</source>
        <translation>目前没有与服务器的连接。</translation>
    </message>
    <message>
        <source>Too much is under way at once. Try again in a moment.</source>
        <translation>同时进行的操作过多，请稍后再试。</translation>
    </message>
    <message>
        <source>The connection was lost before the server answered.</source>
        <translation>在服务器回应之前连接已断开。</translation>
    </message>
    <message>
        <source>The server did not answer in time. It may have done what you asked for; look before you try again.</source>
        <translation>服务器未及时回应。操作可能已经完成，重试之前请先确认。</translation>
    </message>
    <message>
        <source>The server does not answer any more.</source>
        <translation>服务器不再响应。</translation>
    </message>
    <message>
        <source>This API key may not use the console. It needs the scope &quot;admin&quot;, or &quot;streams&quot; or &quot;server:read&quot; for a part of it.</source>
        <translation>此 API 密钥无权使用控制台，需要“admin”权限范围；若只使用部分功能，“streams”或“server:read”即可。</translation>
    </message>
    <message>
        <source>The server is being stopped or restarted.</source>
        <translation>服务器正在停止或重新启动。</translation>
    </message>
</context>
<context>
    <name>matinee::gui::CopyField</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy: %1</source>
        <translation>复制：%1</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>matinee::gui::CreateStreamDialog</name>
    <message>
        <source>&amp;Private: only holders of a key can play it</source>
        <translation>私密(&amp;P)：仅持有密钥者可以观看</translation>
    </message>
    <message>
        <source>C&amp;reate</source>
        <translation>创建(&amp;R)</translation>
    </message>
    <message>
        <source>New stream</source>
        <translation>新建直播流</translation>
    </message>
    <message>
        <source>A stream has a public name, under which it is watched, and a secret key, with which one encoder publishes.</source>
        <translation>每个直播流有一个公开的名称，供观众观看；还有一个保密的密钥，供一台编码器推流。</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>for example movie-night</source>
        <translation>例如 movie-night</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Small letters a to z, digits, &quot;-&quot; and &quot;_&quot;. It becomes part of the address.</source>
        <translation>小写字母 a 到 z、数字、“-”和“_”。名称会成为地址的一部分。</translation>
    </message>
</context>
<context>
    <name>matinee::gui::KickDialog</name>
    <message>
        <source>Kick the publisher of %1?</source>
        <translation>要断开 %1 的推流端吗？</translation>
    </message>
    <message>
        <source>The stream ends for everybody who watches it. Most encoders try to come back by themselves.</source>
        <translation>所有观众的播放都会结束。大多数编码器会自动尝试重新连接。</translation>
    </message>
    <message>
        <source>&amp;Kick</source>
        <translation>断开(&amp;K)</translation>
    </message>
    <message>
        <source>How long the publisher is kept out</source>
        <translation>阻止推流端的时长</translation>
    </message>
    <message>
        <source>It may come back at once</source>
        <translation>允许立即重新连接</translation>
    </message>
    <message>
        <source>Keep it out for 1 minute</source>
        <translation>阻止 1 分钟</translation>
    </message>
    <message>
        <source>Keep it out for 10 minutes</source>
        <translation>阻止 10 分钟</translation>
    </message>
    <message>
        <source>Keep it out for 1 hour</source>
        <translation>阻止 1 小时</translation>
    </message>
    <message>
        <source>Keep it out for 24 hours</source>
        <translation>阻止 24 小时</translation>
    </message>
</context>
<context>
    <name>matinee::gui::MainWindow</name>
    <message>
        <source>Matinee console</source>
        <translation>Matinee 控制台</translation>
    </message>
    <message>
        <source>Time that a question to the server and its answer take</source>
        <translation>向服务器发出请求到收到回应所需的时间</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Streams</source>
        <translation>直播流</translation>
    </message>
    <message>
        <source>&amp;Server</source>
        <translation>服务器(&amp;S)</translation>
    </message>
    <message>
        <source>Sign &amp;out</source>
        <translation>退出登录(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>S&amp;tream</source>
        <translation>直播流(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Overview</source>
        <translation>概览(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Streams</source>
        <translation>直播流(&amp;S)</translation>
    </message>
    <message>
        <source>Colours of the s&amp;ystem</source>
        <translation>跟随系统(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>浅色(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>深色(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;About Matinee</source>
        <translation>关于 Matinee(&amp;A)</translation>
    </message>
    <message>
        <source>About Matinee</source>
        <translation>关于 Matinee</translation>
    </message>
    <message>
        <source>Matinee console %1

Watch together and go live, on your own server.
Free software under the GNU General Public License, version 3 or later.</source>
        <translation>Matinee 控制台 %1

在您自己的服务器上一起观看和直播。
自由软件，采用 GNU 通用公共许可证第 3 版或更高版本。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The connection is lost; what you see is the last that was known. %1</source>
        <translation>连接已断开，当前显示的是最后获知的状态。%1</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>未连接</translation>
    </message>
    <message>
        <source>Reconnecting to %1…</source>
        <translation>正在重新连接 %1…</translation>
    </message>
    <message>
        <source>Connecting to %1…</source>
        <translation>正在连接 %1…</translation>
    </message>
    <message>
        <source>Signing in to %1…</source>
        <translation>正在登录 %1…</translation>
    </message>
    <message>
        <source>Connected to %1, encrypted</source>
        <translation>已连接到 %1（加密）</translation>
    </message>
    <message>
        <source>Connected to %1</source>
        <translation>已连接到 %1</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>已被拒绝</translation>
    </message>
    <message>
        <source>Round trip &lt; 1 ms</source>
        <translation>往返 &lt; 1 毫秒</translation>
    </message>
    <message>
        <source>Round trip %1 ms</source>
        <translation>往返 %1 毫秒</translation>
    </message>
</context>
<context>
    <name>matinee::gui::OverviewPage</name>
    <message>
        <source>Live streams</source>
        <translation>正在直播</translation>
    </message>
    <message>
        <source>Viewers</source>
        <translation>观众</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接数</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Incoming from publishers</source>
        <translation>推流端上行</translation>
    </message>
    <message>
        <source>Incoming bitrate of the last five minutes</source>
        <translation>最近五分钟的上行码率</translation>
    </message>
    <message>
        <source>Health checks</source>
        <translation>健康检查</translation>
    </message>
    <message>
        <source>%1   ·   Matinee %2   ·   up for %3</source>
        <translation>%1   ·   Matinee %2   ·   已运行 %3</translation>
    </message>
    <message>
        <source>Database</source>
        <translation>数据库</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>RTMP ingest</source>
        <translation>RTMP 接收</translation>
    </message>
    <message>
        <source>Worker threads</source>
        <translation>工作线程</translation>
    </message>
    <message>
        <source>Web port</source>
        <translation>网页端口</translation>
    </message>
    <message>
        <source>The server reports no checks.</source>
        <translation>服务器没有报告任何检查项。</translation>
    </message>
    <message>
        <source>Waiting for the first report…</source>
        <translation>正在等待第一份报告…</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
</context>
<context>
    <name>matinee::gui::SignInPage</name>
    <message>
        <source>&amp;Remember the key in the keychain</source>
        <translation>将密钥保存到密钥环(&amp;R)</translation>
    </message>
    <message>
        <source>Sign in to your server</source>
        <translation>登录到您的服务器</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>地址(&amp;A)</translation>
    </message>
    <message>
        <source>Address of the server</source>
        <translation>服务器地址</translation>
    </message>
    <message>
        <source>API &amp;key</source>
        <translation>API 密钥(&amp;K)</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API 密钥</translation>
    </message>
    <message>
        <source>Make one on the server: %1</source>
        <translation>在服务器上创建：%1</translation>
    </message>
    <message>
        <source>Compare this fingerprint (SHA-256) with the one that the server&apos;s administrator gives you:</source>
        <translation>请将此指纹（SHA-256）与服务器管理员提供的指纹进行比对：</translation>
    </message>
    <message>
        <source>Trust &amp;once</source>
        <translation>信任一次(&amp;O)</translation>
    </message>
    <message>
        <source>Trust a&amp;lways</source>
        <translation>始终信任(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Do not trust</source>
        <translation>不信任(&amp;D)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>&amp;Sign in</source>
        <translation>登录(&amp;S)</translation>
    </message>
    <message>
        <source>Connecting to %1…</source>
        <translation>正在连接 %1…</translation>
    </message>
    <message>
        <source>The certificate of %1 is not the one that you trusted before. Somebody may be in between: ask the server&apos;s administrator before you go on.</source>
        <translation>%1 的证书与您之前信任的不同，可能有人在中间拦截：继续之前请先询问服务器管理员。</translation>
    </message>
    <message>
        <source>No authority vouches for the certificate of %1.</source>
        <translation>没有受信任的机构为 %1 的证书担保。</translation>
    </message>
    <message>
        <source>Issued to %1 by %2, valid until %3. %4</source>
        <translation>颁发给 %1，颁发者 %2，有效期至 %3。%4</translation>
    </message>
    <message>
        <source>Enter an API key of this server.</source>
        <translation>请输入此服务器的 API 密钥。</translation>
    </message>
    <message>
        <source>As you open it in a browser: name or number, and the port.</source>
        <translation>与浏览器中打开的地址相同：主机名或 IP 地址，以及端口。</translation>
    </message>
    <message>
        <source>%1 is not encrypted: fine at home, but over the internet use https://.</source>
        <translation>%1 未加密：在家中使用没有问题，但经由互联网时请使用 https://。</translation>
    </message>
    <message>
        <source>Connects to %1.</source>
        <translation>将连接到 %1。</translation>
    </message>
</context>
<context>
    <name>matinee::gui::Sparkline</name>
    <message>
        <source>%1 ago</source>
        <translation>%1前</translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
</context>
<context>
    <name>matinee::gui::StatusPill</name>
    <message>
        <source>OK</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>Degraded</source>
        <translation>性能下降</translation>
    </message>
    <message>
        <source>Failing</source>
        <translation>故障</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>直播中</translation>
    </message>
    <message>
        <source>Idle</source>
        <translation>空闲</translation>
    </message>
</context>
<context>
    <name>matinee::gui::StreamDetail</name>
    <message>
        <source>Close the details (Esc)</source>
        <translation>关闭详情（Esc）</translation>
    </message>
    <message>
        <source>Close the details</source>
        <translation>关闭详情</translation>
    </message>
    <message>
        <source>Bitrate of the last minute</source>
        <translation>最近一分钟的码率</translation>
    </message>
    <message>
        <source>Open the watch page</source>
        <translation>打开观看页面</translation>
    </message>
    <message>
        <source>HLS address</source>
        <translation>HLS 地址</translation>
    </message>
    <message>
        <source>HTTP-FLV address</source>
        <translation>HTTP-FLV 地址</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>访问权限</translation>
    </message>
    <message>
        <source>private</source>
        <translation>私密</translation>
    </message>
    <message>
        <source>public</source>
        <translation>公开</translation>
    </message>
    <message>
        <source>Nobody publishes at the moment.</source>
        <translation>目前没有人推流。</translation>
    </message>
    <message>
        <source>Viewers</source>
        <translation>观众</translation>
    </message>
    <message>
        <source>In all</source>
        <translation>总计</translation>
    </message>
    <message>
        <source>Slow viewers moved ahead</source>
        <translation>慢速观众跳帧</translation>
    </message>
    <message>
        <source>Tracks</source>
        <translation>轨道</translation>
    </message>
    <message>
        <source>Video</source>
        <translation>视频</translation>
    </message>
    <message>
        <source>Audio</source>
        <translation>音频</translation>
    </message>
    <message>
        <source>%1 frames/s</source>
        <translation>%1 帧/秒</translation>
    </message>
    <message>
        <source>Key frame each</source>
        <translation>关键帧间隔</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Publisher</source>
        <translation>推流端</translation>
    </message>
    <message>
        <source>Encoder</source>
        <translation>编码器</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>开始时间</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>已接收</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
</context>
<context>
    <name>matinee::gui::StreamKeyDialog</name>
    <message>
        <source>%1 is ready</source>
        <translation>%1 已就绪</translation>
    </message>
    <message>
        <source>New key of %1</source>
        <translation>%1 的新密钥</translation>
    </message>
    <message>
        <source>Enter these two in your encoder. In OBS: Settings, Stream, Service &quot;Custom…&quot;.</source>
        <translation>请将以下两项填入编码器。在 OBS 中：设置 → 直播 → 服务选择“自定义…”。</translation>
    </message>
    <message>
        <source>The old key is refused from now on. A publisher that is connected stays until it leaves.</source>
        <translation>旧密钥从现在起失效。已连接的推流端在离开之前不受影响。</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Stream key</source>
        <translation>推流密钥</translation>
    </message>
    <message>
        <source>The key is shown this once. If it gets lost, make a new one with &quot;New key&quot;.</source>
        <translation>密钥只显示这一次。如果遗失，请用“更换密钥”生成新的密钥。</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>matinee::gui::StreamModel</name>
    <message>
        <source>Live</source>
        <translation>直播中</translation>
    </message>
    <message>
        <source>Idle</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>%1 is private: only holders of a key can play it.</source>
        <translation>%1 是私密的：仅持有密钥者可以观看。</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Bitrate</source>
        <translation>码率</translation>
    </message>
    <message>
        <source>Viewers</source>
        <translation>观众</translation>
    </message>
    <message>
        <source>Frames/s</source>
        <translation>帧率</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Live for</source>
        <translation>直播时长</translation>
    </message>
    <message>
        <source>Publisher</source>
        <translation>推流端</translation>
    </message>
</context>
<context>
    <name>matinee::gui::StreamsPage</name>
    <message>
        <source>Streams</source>
        <translation>直播流</translation>
    </message>
    <message>
        <source>Filter (Ctrl+F)</source>
        <translation>筛选（Ctrl+F）</translation>
    </message>
    <message>
        <source>Filter streams</source>
        <translation>筛选直播流</translation>
    </message>
    <message>
        <source>New stream</source>
        <translation>新建直播流</translation>
    </message>
    <message>
        <source>&amp;New stream…</source>
        <translation>新建直播流(&amp;N)…</translation>
    </message>
    <message>
        <source>Make a stream and its key</source>
        <translation>创建直播流及其密钥</translation>
    </message>
    <message>
        <source>&amp;Kick the publisher…</source>
        <translation>断开推流端(&amp;K)…</translation>
    </message>
    <message>
        <source>Disconnect the publisher</source>
        <translation>断开推流端</translation>
    </message>
    <message>
        <source>New k&amp;ey…</source>
        <translation>更换密钥(&amp;E)…</translation>
    </message>
    <message>
        <source>Replace the stream key</source>
        <translation>更换推流密钥</translation>
    </message>
    <message>
        <source>&amp;Copy the play address</source>
        <translation>复制播放地址(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the play address</source>
        <translation>复制播放地址</translation>
    </message>
    <message>
        <source>&amp;Delete…</source>
        <translation>删除(&amp;D)…</translation>
    </message>
    <message>
        <source>Delete the stream</source>
        <translation>删除直播流</translation>
    </message>
    <message>
        <source>De&amp;tails</source>
        <translation>详情(&amp;T)</translation>
    </message>
    <message>
        <source>Show the details</source>
        <translation>显示详情</translation>
    </message>
    <message>
        <source>Waiting for the list…</source>
        <translation>正在等待列表…</translation>
    </message>
    <message>
        <source>It comes as soon as the server answers.</source>
        <translation>服务器回应后会立即显示。</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>没有匹配项</translation>
    </message>
    <message>
        <source>No stream has &quot;%1&quot; in its name, state, format or publisher.</source>
        <translation>没有任何直播流的名称、状态、格式或推流端包含“%1”。</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>No streams yet</source>
        <translation>还没有直播流</translation>
    </message>
    <message>
        <source>Make one, enter its server and key in OBS or another encoder, and it appears here as soon as it goes live.</source>
        <translation>创建一个直播流，将其服务器地址和密钥填入 OBS 或其他编码器，开播后便会立即显示在这里。</translation>
    </message>
    <message>
        <source>Create your first stream</source>
        <translation>创建第一个直播流</translation>
    </message>
    <message>
        <source>The stream was not created.</source>
        <translation>未能创建直播流。</translation>
    </message>
    <message>
        <source>The publisher of %1 was disconnected.</source>
        <translation>已断开 %1 的推流端。</translation>
    </message>
    <message>
        <source>The publisher of %1 was not kicked.</source>
        <translation>未能断开 %1 的推流端。</translation>
    </message>
    <message>
        <source>Make a new key for %1?</source>
        <translation>要为 %1 更换密钥吗？</translation>
    </message>
    <message>
        <source>Every encoder that uses the old key has to be given the new one. A publisher that is connected now stays.</source>
        <translation>所有使用旧密钥的编码器都需要填入新密钥。当前已连接的推流端不受影响。</translation>
    </message>
    <message>
        <source>&amp;Make a new key</source>
        <translation>更换密钥(&amp;M)</translation>
    </message>
    <message>
        <source>%1 has kept its old key.</source>
        <translation>%1 保留了旧密钥。</translation>
    </message>
    <message>
        <source>Delete %1?</source>
        <translation>要删除 %1 吗？</translation>
    </message>
    <message>
        <source>The stream ends for its publisher and viewers, and its name and key are forgotten. This cannot be undone.</source>
        <translation>推流端和观众的直播都会结束，名称和密钥将被删除。此操作无法撤销。</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>%1 was deleted.</source>
        <translation>已删除 %1。</translation>
    </message>
    <message>
        <source>%1 was not deleted.</source>
        <translation>未能删除 %1。</translation>
    </message>
    <message>
        <source>Copied the address where %1 is watched.</source>
        <translation>已复制 %1 的观看地址。</translation>
    </message>
    <message>
        <source>Your API key does not allow it.</source>
        <translation>您的 API 密钥没有此权限。</translation>
    </message>
    <message>
        <source>Not for this key</source>
        <translation>此密钥无权查看</translation>
    </message>
    <message>
        <source>The API key that you signed in with does not allow to see streams. Sign in with one of scope &quot;admin&quot; or &quot;streams&quot;.</source>
        <translation>您登录所用的 API 密钥无权查看直播流。请使用权限范围为“admin”或“streams”的密钥登录。</translation>
    </message>
    <message>
        <source>There is no such stream any more.</source>
        <translation>该直播流已不存在。</translation>
    </message>
    <message>
        <source>There is a stream with this name already.</source>
        <translation>已有同名的直播流。</translation>
    </message>
    <message>
        <source>Too often. Try again in %1 s.</source>
        <translation>操作过于频繁，请在 %1 秒后重试。</translation>
    </message>
</context>
<context>
    <name>texts</name>
    <message>
        <source>%1 kbit/s</source>
        <translation>%1 kbit/s</translation>
    </message>
    <message>
        <source>%1 Mbit/s</source>
        <translation>%1 Mbit/s</translation>
    </message>
    <message>
        <source>%1 Gbit/s</source>
        <translation>%1 Gbit/s</translation>
    </message>
    <message>
        <source>%1 s</source>
        <comment>seconds</comment>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <comment>minutes and seconds</comment>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <comment>hours and minutes</comment>
        <translation>%1 小时 %2 分</translation>
    </message>
    <message>
        <source>%1 d %2 h</source>
        <comment>days and hours</comment>
        <translation>%1 天 %2 小时</translation>
    </message>
    <message>
        <source>%1 kHz</source>
        <translation>%1 kHz</translation>
    </message>
    <message>
        <source>mono</source>
        <translation>单声道</translation>
    </message>
    <message>
        <source>stereo</source>
        <translation>立体声</translation>
    </message>
    <message>
        <source>%1 channels</source>
        <translation>%1 声道</translation>
    </message>
    <message>
        <source>%1 min</source>
        <comment>minutes</comment>
        <translation>%1 分钟</translation>
    </message>
</context>
</TS>
