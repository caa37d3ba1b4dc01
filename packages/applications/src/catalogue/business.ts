import type { Application } from '@patronus/core';
import { entry } from './entry.ts';

/** What companies are run with, and where they keep their files. */
export const business: readonly Application[] = [
  entry('business', 'salesforce', 'Salesforce', {
    domains:
      '.salesforce.com .force.com .salesforceliveagent.com .visualforce.com .lightning.com .documentforce.com .salesforce-sites.com .my.site.com .sfdcstatic.com .trailblazer.me',
  }),
  entry('business', 'sap-gui', 'SAP GUI and gateway', { ports: 'tcp/3200-3299 tcp/3300-3399 tcp/3600-3699' }),
  entry('business', 'sap-cloud', 'SAP cloud', {
    domains: '.sap.com .hana.ondemand.com .ondemand.com .sapsf.com .successfactors.com .s4hana.cloud.sap .cloud.sap',
  }),
  entry('business', 'sap-ariba', 'SAP Ariba', { domains: '.ariba.com' }),
  entry('business', 'sap-concur', 'SAP Concur', { domains: '.concursolutions.com .concur.com' }),
  entry('business', 'oracle-cloud-applications', 'Oracle Fusion applications', {
    domains: '*.fa.ocs.oraclecloud.com *.fs.ocs.oraclecloud.com *.oracleoutsourcing.com',
  }),
  entry('business', 'netsuite', 'Oracle NetSuite', { domains: '.netsuite.com' }),
  entry('business', 'dynamics-365', 'Microsoft Dynamics 365', { domains: '.dynamics.com .crmdynint.com' }),
  entry('business', 'power-platform', 'Microsoft Power Platform', {
    domains:
      '.powerapps.com .powerautomate.com .powerbi.com .powerplatform.com .analysis.windows.net flow.microsoft.com',
  }),
  entry('business', 'workday', 'Workday', {
    domains: '.workday.com .myworkday.com .myworkdayjobs.com .workdaycdn.com',
  }),
  entry('business', 'servicenow', 'ServiceNow', {
    domains: '.service-now.com .servicenow.com .servicenowservices.com',
  }),
  entry('business', 'hubspot', 'HubSpot', { domains: '.hubspot.com .hubapi.com .hs-scripts.com .hsforms.com' }),
  entry('business', 'zendesk', 'Zendesk', { domains: '.zendesk.com .zdassets.com .zopim.com' }),
  entry('business', 'freshworks', 'Freshworks', { domains: '.freshdesk.com .freshservice.com .freshworks.com' }),
  entry('business', 'intercom', 'Intercom', { domains: '.intercom.io .intercom.com .intercomcdn.com' }),
  entry('business', 'docusign', 'DocuSign', { domains: '.docusign.com .docusign.net' }),
  entry('business', 'adobe-creative-cloud', 'Adobe Creative Cloud', {
    domains: '.adobe.com .adobe.io .adobelogin.com .adobecc.com .typekit.net .behance.net',
  }),
  entry('business', 'adobe-sign', 'Adobe Acrobat Sign', { domains: '.adobesign.com .echosign.com' }),
  entry('business', 'adp', 'ADP', { domains: '.adp.com' }),
  entry('business', 'ukg', 'UKG', { domains: '.ultipro.com .ukg.com .kronos.net' }),
  entry('business', 'bamboohr', 'BambooHR', { domains: '.bamboohr.com' }),
  entry('business', 'personio', 'Personio', { domains: '.personio.de .personio.com' }),
  entry('business', 'coupa', 'Coupa', { domains: '.coupahost.com .coupa.com' }),
  entry('business', 'expensify', 'Expensify', { domains: '.expensify.com' }),
  entry('business', 'quickbooks', 'Intuit QuickBooks', { domains: '.quickbooks.com .intuit.com' }),
  entry('business', 'xero', 'Xero', { domains: '.xero.com' }),
  entry('business', 'sage', 'Sage', { domains: '.sage.com .sageone.com .intacct.com' }),
  entry('business', 'datev', 'DATEV', { domains: '.datev.de .datev.com .datevnet.de' }),
  entry('business', 'stripe', 'Stripe', { domains: '.stripe.com .stripe.network' }),
  entry('business', 'paypal', 'PayPal', { domains: '.paypal.com .paypalobjects.com' }),
  entry('business', 'square', 'Square', { domains: '.squareup.com .squareupsandbox.com' }),
  entry('business', 'shopify', 'Shopify', { domains: '.shopify.com .myshopify.com .shopifycdn.com' }),
  entry('business', 'tableau', 'Tableau Cloud', { domains: '.tableau.com .tableausoftware.com' }),
  entry('business', 'snowflake', 'Snowflake', { domains: '.snowflakecomputing.com .snowflake.com' }),
  entry('business', 'databricks', 'Databricks', { domains: '.databricks.com .azuredatabricks.net' }),
  entry('business', 'pipedrive', 'Pipedrive', { domains: '.pipedrive.com' }),
  entry('business', 'citrix-cloud', 'Citrix Cloud', {
    domains: '.citrix.com .cloud.com .citrixworkspacesapi.net .nssvc.net .citrixdata.com',
  }),
  entry('business', 'openai', 'OpenAI and ChatGPT', {
    domains: '.openai.com .chatgpt.com .oaistatic.com .oaiusercontent.com',
  }),
  entry('business', 'anthropic', 'Anthropic Claude', { domains: '.anthropic.com .claude.ai' }),
  entry('business', 'microsoft-copilot', 'Microsoft Copilot', {
    domains: 'copilot.microsoft.com copilot.cloud.microsoft',
  }),
  entry('business', 'linkedin', 'LinkedIn', { domains: '.linkedin.com .licdn.com' }),

  entry('file-sharing', 'sharepoint-onedrive', 'SharePoint and OneDrive', {
    domains: '.sharepoint.com .sharepointonline.com onedrive.live.com .onedrive.com .svc.ms storage.live.com',
  }),
  entry('file-sharing', 'google-drive', 'Google Drive', {
    domains: 'drive.google.com drive.usercontent.google.com *.drive.google.com',
  }),
  entry('file-sharing', 'dropbox', 'Dropbox', {
    domains: '.dropbox.com .dropboxapi.com .dropboxusercontent.com .dropboxstatic.com',
  }),
  entry('file-sharing', 'box', 'Box', { domains: '.box.com .boxcdn.net .boxcloud.com .box.net' }),
  entry('file-sharing', 'egnyte', 'Egnyte', { domains: '.egnyte.com' }),
  entry('file-sharing', 'wetransfer', 'WeTransfer', { domains: '.wetransfer.com .wetransfer.net' }),
  entry('file-sharing', 'icloud', 'Apple iCloud', { domains: '.icloud.com .icloud-content.com' }),
  entry('file-sharing', 'sharefile', 'ShareFile', { domains: '.sharefile.com .sharefile.eu .sf-api.com' }),
  entry('file-sharing', 'smb', 'SMB file shares', { ports: 'tcp/445 tcp/139 udp/445' }),
  entry('file-sharing', 'nfs', 'NFS', { ports: 'tcp/2049 udp/2049' }),
  entry('file-sharing', 'ftp', 'FTP', { ports: 'tcp/20-21 tcp/989-990' }),
  entry('file-sharing', 'tftp', 'TFTP', { ports: 'udp/69' }),
  entry('file-sharing', 'bittorrent', 'BitTorrent', { ports: 'tcp/6881-6889 udp/6881-6889' }),
  entry('file-sharing', 'rsync', 'rsync', { ports: 'tcp/873' }),
  entry('file-sharing', 'afp', 'Apple Filing Protocol', { ports: 'tcp/548' }),
  entry('file-sharing', 'iscsi', 'iSCSI', { ports: 'tcp/3260 tcp/860' }),
  entry('file-sharing', 'nbd', 'Network block device', { ports: 'tcp/10809' }),

  entry('printing', 'ipp', 'Internet Printing Protocol', { ports: 'tcp/631 udp/631' }),
  entry('printing', 'jetdirect', 'Raw printing (JetDirect)', { ports: 'tcp/9100' }),
  entry('printing', 'lpd', 'Line printer daemon', { ports: 'tcp/515' }),
];
