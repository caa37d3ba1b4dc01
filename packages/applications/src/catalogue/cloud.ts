import type { Application } from '@patronus/core';
import { entry } from './entry.ts';

/** Clouds, what developers use, backup and updates. */
export const cloud: readonly Application[] = [
  entry('cloud', 'aws', 'Amazon Web Services', {
    domains: '.aws.amazon.com .amazonaws.com .amazonaws.com.cn .awsstatic.com .aws.dev .api.aws',
  }),
  entry('cloud', 'aws-s3', 'Amazon S3', {
    domains:
      's3.amazonaws.com *.s3.amazonaws.com *.s3.us-east-1.amazonaws.com *.s3.us-east-2.amazonaws.com *.s3.us-west-2.amazonaws.com *.s3.eu-west-1.amazonaws.com *.s3.eu-central-1.amazonaws.com',
  }),
  entry('cloud', 'azure', 'Microsoft Azure', {
    domains:
      '.azure.com .azure.net .azurewebsites.net .azureedge.net .core.windows.net .database.windows.net .servicebus.windows.net .cloudapp.net .azurefd.net .vault.azure.net .azurecr.io',
  }),
  entry('cloud', 'google-cloud', 'Google Cloud', {
    domains:
      'cloud.google.com console.cloud.google.com *.cloud.google.com .run.app .appspot.com .cloudfunctions.net .gcr.io .pkg.dev storage.googleapis.com compute.googleapis.com bigquery.googleapis.com',
  }),
  entry('cloud', 'oracle-cloud', 'Oracle Cloud Infrastructure', { domains: '.oraclecloud.com' }),
  entry('cloud', 'ibm-cloud', 'IBM Cloud', { domains: '.cloud.ibm.com .bluemix.net .appdomain.cloud' }),
  entry('cloud', 'alibaba-cloud', 'Alibaba Cloud', { domains: '.aliyun.com .aliyuncs.com .alibabacloud.com' }),
  entry('cloud', 'digitalocean', 'DigitalOcean', {
    domains: '.digitalocean.com .digitaloceanspaces.com .ondigitalocean.app',
  }),
  entry('cloud', 'ovhcloud', 'OVHcloud', { domains: '.ovh.com .ovh.net .ovhcloud.com' }),
  entry('cloud', 'hetzner', 'Hetzner', { domains: '.hetzner.com .hetzner.cloud .your-objectstorage.com' }),
  entry('cloud', 'heroku', 'Heroku', { domains: '.heroku.com .herokuapp.com' }),
  entry('cloud', 'cloudflare', 'Cloudflare', { domains: '.cloudflare.com .workers.dev .pages.dev' }),
  entry('cloud', 'akamai', 'Akamai', {
    domains: '.akamai.com .akamaized.net .akamaihd.net .edgekey.net .edgesuite.net',
  }),
  entry('cloud', 'fastly', 'Fastly', { domains: '.fastly.com .fastly.net .fastlylb.net' }),
  entry('cloud', 'cloudfront', 'Amazon CloudFront', { domains: '.cloudfront.net' }),
  entry('cloud', 'vercel', 'Vercel', { domains: '.vercel.com .vercel.app' }),
  entry('cloud', 'netlify', 'Netlify', { domains: '.netlify.com .netlify.app' }),
  entry('cloud', 'vmware-vcenter', 'VMware vSphere', { ports: 'tcp/902-903 udp/902' }),

  entry('developer', 'github', 'GitHub', {
    domains: '.github.com .githubusercontent.com .githubassets.com .github.io ghcr.io .ghcr.io .githubcopilot.com',
  }),
  entry('developer', 'gitlab', 'GitLab', { domains: '.gitlab.com .gitlab.io .gitlab.net' }),
  entry('developer', 'bitbucket', 'Bitbucket', { domains: '.bitbucket.org' }),
  entry('developer', 'atlassian', 'Atlassian Jira and Confluence', {
    domains: '.atlassian.com .atlassian.net .atl-paas.net .jira.com',
  }),
  entry('developer', 'azure-devops', 'Azure DevOps', {
    domains: 'dev.azure.com *.dev.azure.com .visualstudio.com .vsassets.io',
  }),
  entry('developer', 'npm', 'npm registry', { domains: '.npmjs.org .npmjs.com' }),
  entry('developer', 'pypi', 'Python Package Index', { domains: '.pypi.org .pythonhosted.org' }),
  entry('developer', 'maven-central', 'Maven Central', {
    domains: 'repo.maven.apache.org repo1.maven.org central.sonatype.com',
  }),
  entry('developer', 'docker-hub', 'Docker Hub', { domains: '.docker.com .docker.io' }),
  entry('developer', 'quay', 'Red Hat Quay', { domains: '.quay.io' }),
  entry('developer', 'stack-overflow', 'Stack Overflow', {
    domains: '.stackoverflow.com .stackexchange.com .sstatic.net',
  }),
  entry('developer', 'circleci', 'CircleCI', { domains: '.circleci.com' }),
  entry('developer', 'jfrog', 'JFrog', { domains: '.jfrog.io .jfrog.com' }),
  entry('developer', 'sentry', 'Sentry', { domains: '.sentry.io' }),
  entry('developer', 'git', 'Git protocol', { ports: 'tcp/9418' }),
  entry('developer', 'svn', 'Subversion', { ports: 'tcp/3690' }),
  entry('developer', 'perforce', 'Perforce', { ports: 'tcp/1666' }),

  // Its data ports, 2500 to 3300, are those of too many others.
  entry('backup', 'veeam', 'Veeam Backup', { ports: 'tcp/6160-6163 tcp/9392-9393 tcp/10001-10006' }, 10),
  entry(
    'backup',
    'commvault',
    'Commvault',
    [{ domains: '.commvault.com .metallic.io' }, { ports: 'tcp/8400-8403' }],
    10,
  ),
  entry('backup', 'netbackup', 'Veritas NetBackup', { ports: 'tcp/1556 tcp/13720-13724 tcp/13782' }, 10),
  entry('backup', 'acronis', 'Acronis', [{ domains: '.acronis.com' }, { ports: 'tcp/44445 tcp/9877' }], 10),
  entry('backup', 'rubrik', 'Rubrik', { domains: '.rubrik.com' }, 10),
  entry('backup', 'druva', 'Druva', { domains: '.druva.com' }, 10),
  entry('backup', 'backblaze', 'Backblaze', { domains: '.backblaze.com .backblazeb2.com' }, 10),
  entry('backup', 'wasabi', 'Wasabi', { domains: '.wasabisys.com .wasabi.com' }, 10),
  entry('backup', 'carbonite', 'Carbonite', { domains: '.carbonite.com' }, 10),
  entry('backup', 'crashplan', 'CrashPlan', { domains: '.crashplan.com .crashplanpro.com' }, 10),
  entry('backup', 'bacula', 'Bacula', { ports: 'tcp/9101-9103' }, 10),
  entry('backup', 'ndmp', 'NDMP', { ports: 'tcp/10000' }, 10),
  entry('backup', 'proxmox-backup', 'Proxmox Backup Server', { ports: 'tcp/8007' }, 10),

  entry(
    'updates',
    'windows-update',
    'Windows Update',
    {
      domains:
        '.windowsupdate.com .update.microsoft.com .delivery.mp.microsoft.com .dl.delivery.mp.microsoft.com download.microsoft.com .do.dsp.mp.microsoft.com',
    },
    10,
  ),
  entry(
    'updates',
    'apple-updates',
    'Apple software updates',
    {
      domains:
        'swscan.apple.com swcdn.apple.com swdist.apple.com mesu.apple.com gdmf.apple.com appldnld.apple.com updates-http.cdn-apple.com updates.cdn-apple.com',
    },
    10,
  ),
  entry(
    'updates',
    'google-updates',
    'Google software updates',
    { domains: 'update.googleapis.com dl.google.com *.gvt1.com edgedl.me.gvt1.com' },
    10,
  ),
  entry('updates', 'debian', 'Debian packages', { domains: 'deb.debian.org *.debian.org' }, 10),
  entry(
    'updates',
    'ubuntu',
    'Ubuntu packages',
    { domains: 'archive.ubuntu.com *.archive.ubuntu.com security.ubuntu.com *.canonical.com .snapcraft.io' },
    10,
  ),
  entry('updates', 'red-hat', 'Red Hat packages', { domains: '.redhat.com .fedoraproject.org .centos.org' }, 10),
  entry(
    'updates',
    'adobe-updates',
    'Adobe updates',
    { domains: 'ardownload.adobe.com ardownload2.adobe.com armmf.adobe.com ccmdl.adobe.com' },
    10,
  ),
  entry('updates', 'wsus', 'Windows Server Update Services', { ports: 'tcp/8530-8531' }, 10),
];
