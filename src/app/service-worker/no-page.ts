/** What a person reads where the kept page is damaged and no network is there to get it anew. No file of the app is needed for it. */
const WORDS = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="dark light">
<title>Sightglass</title>
<h1>Sightglass could not be started</h1>
<p>A file of the app that is kept on this device is damaged, and there is no network to get it anew. Connect to a network and load this page again. What you recorded and taught is untouched.</p>
<p lang="zh-Hans">无法启动 Sightglass：保存在本设备上的一个应用文件已损坏，而且没有网络可以重新获取。请连接网络后重新加载此页面。你录制和教过的内容没有受到影响。</p>
</html>
`;

export function noPage(): Response {
  return new Response(WORDS, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
}
