import type { Application } from '@patronus/core';
import { entry } from './entry.ts';

/** Remote desktops, VPNs and shells, security services, and what people look at. */
export const access: readonly Application[] = [
  entry('remote-access', 'ssh', 'SSH', { ports: 'tcp/22' }, 16),
  entry('remote-access', 'telnet', 'Telnet', { ports: 'tcp/23 tcp/992' }, 16),
  entry('remote-access', 'rdp', 'Remote Desktop (RDP)', { ports: 'tcp/3389 udp/3389' }, 18),
  entry('remote-access', 'vnc', 'VNC', { ports: 'tcp/5900-5909' }, 18),
  entry('remote-access', 'citrix-ica', 'Citrix ICA and CGP', { ports: 'tcp/1494 udp/1494 tcp/2598 udp/2598' }, 18),
  entry(
    'remote-access',
    'vmware-horizon',
    'Omnissa Horizon (Blast, PCoIP)',
    { ports: 'tcp/4172 udp/4172 tcp/22443 udp/22443 tcp/32111' },
    18,
  ),
  entry(
    'remote-access',
    'azure-virtual-desktop',
    'Azure Virtual Desktop',
    { domains: '.wvd.microsoft.com windows365.microsoft.com .infra.windows365.microsoft.com' },
    18,
  ),
  entry(
    'remote-access',
    'amazon-workspaces',
    'Amazon WorkSpaces',
    [{ domains: '.amazonworkspaces.com' }, { ports: 'tcp/4195 udp/4195' }],
    18,
  ),
  entry('remote-access', 'x11', 'X Window System', { ports: 'tcp/6000-6009' }, 18),
  entry(
    'remote-access',
    'teamviewer',
    'TeamViewer',
    [{ domains: '.teamviewer.com' }, { ports: 'tcp/5938 udp/5938' }],
    18,
  ),
  entry(
    'remote-access',
    'anydesk',
    'AnyDesk',
    [{ domains: '.anydesk.com' }, { ports: 'tcp/6568 udp/50001-50003' }],
    18,
  ),
  entry(
    'remote-access',
    'logmein',
    'LogMeIn',
    { domains: '.logmein.com .logmein.eu .logmeinrescue.com .logme.in' },
    18,
  ),
  entry('remote-access', 'splashtop', 'Splashtop', { domains: '.splashtop.com .splashtop.eu' }, 18),
  entry('remote-access', 'screenconnect', 'ConnectWise ScreenConnect', { domains: '.screenconnect.com' }, 18),
  entry('remote-access', 'mosh', 'Mosh', { ports: 'udp/60000-61000' }, 16),
  entry('remote-access', 'ipsec', 'IPsec (IKE and NAT traversal)', { ports: 'udp/500 udp/4500' }),
  entry('remote-access', 'openvpn', 'OpenVPN', { ports: 'udp/1194 tcp/1194' }),
  entry('remote-access', 'wireguard', 'WireGuard', { ports: 'udp/51820' }),
  entry('remote-access', 'tor', 'Tor', { ports: 'tcp/9001 tcp/9030' }),
  entry('remote-access', 'l2tp', 'L2TP', { ports: 'udp/1701' }),
  entry('remote-access', 'pptp', 'PPTP', { ports: 'tcp/1723' }),
  entry('remote-access', 'tailscale', 'Tailscale', [
    { domains: '.tailscale.com .tailscale.io' },
    { ports: 'udp/41641' },
  ]),
  entry('remote-access', 'zerotier', 'ZeroTier', [{ domains: '.zerotier.com' }, { ports: 'udp/9993' }]),
  entry('remote-access', 'globalprotect', 'Palo Alto GlobalProtect', [
    { domains: '.gpcloudservice.com' },
    { ports: 'udp/4501' },
  ]),

  entry('security', 'zscaler', 'Zscaler', {
    domains:
      '.zscaler.com .zscaler.net .zscalerone.net .zscalertwo.net .zscalerthree.net .zscloud.net .zpath.net .private.zscaler.com',
  }),
  entry('security', 'netskope', 'Netskope', { domains: '.netskope.com .goskope.com' }),
  entry('security', 'cisco-umbrella', 'Cisco Umbrella', [
    { domains: '.umbrella.com .opendns.com' },
    { prefixes: '208.67.220.0/24 208.67.222.0/24' },
  ]),
  entry('security', 'crowdstrike', 'CrowdStrike Falcon', { domains: '.crowdstrike.com .cloudsink.net' }),
  entry('security', 'sentinelone', 'SentinelOne', { domains: '.sentinelone.net .sentinelone.com' }),
  entry('security', 'microsoft-defender', 'Microsoft Defender', {
    domains:
      '.wdcp.microsoft.com .wdcpalt.microsoft.com .wd.microsoft.com .endpoint.security.microsoft.com .securitycenter.windows.com smartscreen.microsoft.com *.smartscreen.microsoft.com',
  }),
  entry('security', 'carbon-black', 'Carbon Black', { domains: '.conferdeploy.net .carbonblack.io' }),
  entry('security', 'sophos', 'Sophos', { domains: '.sophos.com .sophosupd.com .sophosxl.net .hitmanpro.com' }),
  entry('security', 'trend-micro', 'Trend Micro', { domains: '.trendmicro.com' }),
  entry('security', 'eset', 'ESET', { domains: '.eset.com .eset.eu' }),
  entry('security', 'kaspersky', 'Kaspersky', { domains: '.kaspersky.com .kaspersky-labs.com' }),
  entry('security', 'qualys', 'Qualys', { domains: '.qualys.com .qualys.eu' }),
  entry('security', 'tenable', 'Tenable', { domains: '.tenable.com .nessus.org' }),
  entry('security', 'rapid7', 'Rapid7', { domains: '.rapid7.com' }),
  entry('security', 'virustotal', 'VirusTotal', { domains: '.virustotal.com' }),
  entry('security', 'lets-encrypt', "Let's Encrypt", { domains: '.letsencrypt.org .lencr.org' }),
  entry('security', 'digicert', 'DigiCert', { domains: '.digicert.com' }),

  entry('web', 'google-search', 'Google Search', { domains: 'google.com www.google.com' }),
  entry('web', 'bing', 'Microsoft Bing', { domains: '.bing.com' }),
  entry('web', 'duckduckgo', 'DuckDuckGo', { domains: '.duckduckgo.com' }),
  entry('web', 'wikipedia', 'Wikipedia', { domains: '.wikipedia.org .wikimedia.org' }),
  entry('web', 'amazon', 'Amazon shopping', {
    domains: '.amazon.com .amazon.co.uk .amazon.de .amazon.fr .media-amazon.com .ssl-images-amazon.com',
  }),
  entry('web', 'wordpress', 'WordPress.com', { domains: '.wordpress.com .wp.com' }),
  entry('web', 'google-analytics', 'Google Analytics', {
    domains: '.google-analytics.com .googletagmanager.com analytics.google.com',
  }),
  entry('web', 'apple', 'Apple services', { domains: '.apple.com .mzstatic.com .apple-cloudkit.com' }),

  entry('social', 'facebook', 'Facebook', { domains: '.facebook.com .fbcdn.net .facebook.net .fb.com' }),
  entry('social', 'instagram', 'Instagram', { domains: '.instagram.com .cdninstagram.com' }),
  entry('social', 'x-twitter', 'X (Twitter)', { domains: 'x.com *.x.com .twitter.com .twimg.com t.co' }),
  entry('social', 'tiktok', 'TikTok', { domains: '.tiktok.com .tiktokcdn.com .tiktokv.com .ttwstatic.com' }),
  entry('social', 'snapchat', 'Snapchat', { domains: '.snapchat.com .sc-cdn.net .snap.com' }),
  entry('social', 'pinterest', 'Pinterest', { domains: '.pinterest.com .pinimg.com' }),
  entry('social', 'reddit', 'Reddit', { domains: '.reddit.com .redd.it .redditmedia.com .redditstatic.com' }),
  entry('social', 'telegram', 'Telegram', [
    { domains: '.telegram.org .t.me .telegram.me' },
    {
      prefixes:
        '91.108.4.0/22 91.108.8.0/22 91.108.12.0/22 91.108.16.0/22 91.108.56.0/22 149.154.160.0/20 2001:b28:f23d::/48 2001:b28:f23f::/48 2001:67c:4e8::/48',
    },
  ]),
  entry('social', 'signal', 'Signal', { domains: '.signal.org .whispersystems.org' }),

  entry('streaming', 'youtube', 'YouTube', {
    domains: '.youtube.com .youtu.be .googlevideo.com .ytimg.com .youtube-nocookie.com',
  }),
  entry('streaming', 'netflix', 'Netflix', {
    domains: '.netflix.com .nflxvideo.net .nflximg.net .nflxext.com .nflxso.net',
  }),
  entry('streaming', 'prime-video', 'Amazon Prime Video', {
    domains: '.primevideo.com .aiv-cdn.net .aiv-delivery.net .pv-cdn.net',
  }),
  entry('streaming', 'disney-plus', 'Disney+', {
    domains: '.disneyplus.com .disney-plus.net .dssott.com .bamgrid.com',
  }),
  entry('streaming', 'spotify', 'Spotify', { domains: '.spotify.com .scdn.co .spotifycdn.com' }),
  entry('streaming', 'apple-music', 'Apple Music and TV', {
    domains: 'music.apple.com tv.apple.com *.music.apple.com .itunes.apple.com *.tv.apple.com',
  }),
  entry('streaming', 'twitch', 'Twitch', { domains: '.twitch.tv .ttvnw.net .jtvnw.net' }),
  entry('streaming', 'vimeo', 'Vimeo', { domains: '.vimeo.com .vimeocdn.com' }),
  entry('streaming', 'soundcloud', 'SoundCloud', { domains: '.soundcloud.com .sndcdn.com' }),
  entry('streaming', 'dailymotion', 'Dailymotion', { domains: '.dailymotion.com .dmcdn.net' }),
  entry('streaming', 'steam', 'Steam', [
    { domains: '.steampowered.com .steamcontent.com .steamstatic.com .steamcommunity.com' },
    { ports: 'udp/27000-27100' },
  ]),
];
