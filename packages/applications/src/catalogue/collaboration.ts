import type { Application } from '@patronus/core';
import { entry } from './entry.ts';

/** Expedited forwarding (RFC 3246), which calls carry, and assured forwarding 41 (RFC 4594), which video does. */
const ef = 46;
const af41 = 34;

/** Meetings, calls, chat, mail and shared documents. */
export const collaboration: readonly Application[] = [
  // Ports and prefixes of media as Microsoft publishes them ("Office 365 URLs and IP address ranges", id 11).
  entry(
    'voice-video',
    'microsoft-teams',
    'Microsoft Teams',
    [
      {
        domains:
          '.teams.microsoft.com .teams.microsoft.us .teams.cloud.microsoft teams.live.com *.teams.live.com .skype.com .lync.com',
      },
      { prefixes: '52.112.0.0/14 52.122.0.0/15 2603:1063::/38', ports: 'udp/3478-3481 tcp/443' },
    ],
    ef,
  ),
  entry(
    'voice-video',
    'zoom',
    'Zoom',
    [{ domains: '.zoom.us .zoom.com .zoomgov.com .zdassets.zoom.us' }, { ports: 'udp/8801-8810 tcp/8801-8802' }],
    ef,
  ),
  entry(
    'voice-video',
    'webex',
    'Cisco Webex',
    [
      { domains: '.webex.com .wbx2.com .ciscospark.com .webexcontent.com .webexapis.com' },
      {
        prefixes:
          '66.114.160.0/20 62.109.192.0/18 170.72.0.0/16 170.133.128.0/18 173.39.224.0/19 207.182.160.0/19 209.197.192.0/19 64.68.96.0/19 69.26.160.0/19 114.29.192.0/19 150.253.128.0/17',
      },
      { domains: '.webex.com .wbx2.com', ports: 'udp/5004 udp/9000' },
    ],
    ef,
  ),
  // Google's published media ranges of Meet.
  entry(
    'voice-video',
    'google-meet',
    'Google Meet',
    [
      { domains: '.meet.google.com meetings.googleapis.com stream.meet.google.com meet.goog' },
      { prefixes: '74.125.250.0/24 142.250.82.0/24 2001:4860:4864:5::/64 2001:4860:4864:6::/64' },
    ],
    ef,
  ),
  entry(
    'voice-video',
    'goto-meeting',
    'GoTo Meeting',
    {
      domains: '.gotomeeting.com .goto.com .gotowebinar.com .gototraining.com .getgo.com .goto-rtc.com',
    },
    ef,
  ),
  entry('voice-video', 'ringcentral', 'RingCentral', { domains: '.ringcentral.com .ringcentral.biz' }, ef),
  entry('voice-video', '8x8', '8x8', { domains: '.8x8.com .8x8.vc .packet8.net' }, ef),
  entry('voice-video', 'dialpad', 'Dialpad', { domains: '.dialpad.com .uberconference.com' }, ef),
  entry('voice-video', 'vonage', 'Vonage', { domains: '.vonage.com .vonagebusiness.com .nexmo.com' }, ef),
  entry('voice-video', 'twilio', 'Twilio', { domains: '.twilio.com' }, ef),
  entry('voice-video', 'five9', 'Five9', { domains: '.five9.com .five9.net' }, ef),
  entry(
    'voice-video',
    'genesys-cloud',
    'Genesys Cloud',
    { domains: '.mypurecloud.com .genesyscloud.com .pure.cloud' },
    ef,
  ),
  entry('voice-video', 'bluejeans', 'BlueJeans', { domains: '.bluejeans.com' }, ef),
  entry(
    'voice-video',
    'jitsi',
    'Jitsi Meet',
    [{ domains: '.jitsi.org .jitsi.net .jit.si' }, { ports: 'udp/10000' }],
    ef,
  ),
  entry('voice-video', 'whatsapp', 'WhatsApp', { domains: '.whatsapp.com .whatsapp.net' }),
  // Ports as Apple publishes them; calls that pass no server of Apple's are told from other media by nobody.
  entry(
    'voice-video',
    'facetime',
    'FaceTime',
    { prefixes: '17.0.0.0/8', ports: 'udp/3478-3497 udp/16384-16387 udp/16393-16402' },
    ef,
  ),
  entry('voice-video', 'sip', 'SIP signalling', { ports: 'udp/5060-5061 tcp/5060-5061 sctp/5060-5061' }, 24),
  // The range of Cisco's phones and gateways, and of many others that follow them.
  entry('voice-video', 'rtp', 'RTP media', { ports: 'udp/16384-32767' }, ef),
  entry('voice-video', 'h323', 'H.323 signalling', { ports: 'tcp/1720 udp/1718-1719' }, 24),
  entry('voice-video', 'skinny', 'Cisco Skinny (SCCP)', { ports: 'tcp/2000 tcp/2443' }, 24),
  entry('voice-video', 'mgcp', 'MGCP', { ports: 'udp/2427 udp/2727 tcp/2428' }, 24),
  entry('voice-video', 'iax', 'Inter-Asterisk eXchange', { ports: 'udp/4569' }, ef),
  entry('voice-video', 'stun', 'STUN and TURN', { ports: 'udp/3478 tcp/3478 tcp/5349' }, af41),
  entry('voice-video', 'rtsp', 'RTSP', { ports: 'tcp/554 udp/554 tcp/322' }, af41),

  entry('collaboration', 'slack', 'Slack', {
    domains: '.slack.com .slack-edge.com .slack-files.com .slackb.com .slack-imgs.com .slack-msgs.com',
  }),
  entry('collaboration', 'asana', 'Asana', { domains: '.asana.com' }),
  entry('collaboration', 'trello', 'Trello', { domains: '.trello.com .trellocdn.com' }),
  entry('collaboration', 'monday', 'monday.com', { domains: '.monday.com' }),
  entry('collaboration', 'notion', 'Notion', { domains: '.notion.so .notion.site .notion.com' }),
  entry('collaboration', 'miro', 'Miro', { domains: '.miro.com' }),
  entry('collaboration', 'mural', 'Mural', { domains: '.mural.co' }),
  entry('collaboration', 'smartsheet', 'Smartsheet', { domains: '.smartsheet.com' }),
  entry('collaboration', 'airtable', 'Airtable', { domains: '.airtable.com' }),
  entry('collaboration', 'clickup', 'ClickUp', { domains: '.clickup.com' }),
  entry('collaboration', 'basecamp', 'Basecamp', { domains: '.basecamp.com .basecampapi.com' }),
  entry('collaboration', 'wrike', 'Wrike', { domains: '.wrike.com' }),
  entry('collaboration', 'mattermost', 'Mattermost Cloud', { domains: '.mattermost.com' }),
  entry('collaboration', 'rocket-chat', 'Rocket.Chat', { domains: '.rocket.chat' }),
  entry('collaboration', 'discord', 'Discord', { domains: '.discord.com .discord.gg .discordapp.com .discord.media' }),
  entry('collaboration', 'figma', 'Figma', { domains: '.figma.com' }),
  entry('collaboration', 'canva', 'Canva', { domains: '.canva.com' }),
  entry('collaboration', 'xmpp', 'XMPP', { ports: 'tcp/5222-5223 tcp/5269-5270' }),
  entry('collaboration', 'irc', 'IRC', { ports: 'tcp/6667 tcp/6697' }),
  entry('collaboration', 'microsoft-365', 'Microsoft 365 web applications', {
    domains:
      '.office.com .office.net .office365.com .microsoft365.com .cloud.microsoft .officeapps.live.com .onenote.com .sway.com',
  }),
  entry('collaboration', 'google-workspace', 'Google Workspace', {
    domains:
      'workspace.google.com docs.google.com sheets.google.com slides.google.com calendar.google.com chat.google.com contacts.google.com admin.google.com keep.google.com sites.google.com',
  }),
  entry('collaboration', 'zoho', 'Zoho', { domains: '.zoho.com .zoho.eu .zohocdn.com .zohopublic.com' }),

  entry('email', 'exchange-online', 'Exchange Online', {
    domains:
      'outlook.office.com outlook.office365.com *.outlook.com .protection.outlook.com smtp.office365.com outlook.cloud.microsoft',
  }),
  entry('email', 'gmail', 'Gmail', {
    domains: 'mail.google.com .gmail.com imap.gmail.com smtp.gmail.com pop.gmail.com gmail.googleapis.com',
  }),
  entry('email', 'proton-mail', 'Proton Mail', { domains: '.proton.me .protonmail.com .protonmail.ch' }),
  entry('email', 'mimecast', 'Mimecast', { domains: '.mimecast.com .mimecast-offshore.com' }),
  entry('email', 'mailchimp', 'Mailchimp', { domains: '.mailchimp.com .mandrillapp.com' }),
  entry('email', 'sendgrid', 'SendGrid', { domains: '.sendgrid.com .sendgrid.net' }),
  entry('email', 'smtp', 'SMTP', { ports: 'tcp/25 tcp/465 tcp/587' }),
  entry('email', 'imap', 'IMAP', { ports: 'tcp/143 tcp/993' }),
  entry('email', 'pop3', 'POP3', { ports: 'tcp/110 tcp/995' }),
];
