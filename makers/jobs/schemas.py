"""Schemas of job manifests, from checkouts of kubeflow/trainer and kubernetes-sigs/jobset, without descriptions.

  python3 makers/jobs/schemas.py TRAINER JOBSET fixtures/jobs

Objects accept no other fields, as a server with strict field validation does. batch/v1 Job is what a JobSet holds.
"""
import json, subprocess, sys
import yaml

# Parts of pods that attune never writes.
UNUSED = {'affinity', 'ephemeralContainers', 'initContainers', 'topologySpreadConstraints', 'securityContext', 'lifecycle',
          'livenessProbe', 'readinessProbe', 'startupProbe', 'resizePolicy', 'dnsConfig', 'hostAliases', 'tolerations'}
VOLUMES = {'name', 'persistentVolumeClaim', 'configMap', 'emptyDir', 'secret'}

def read(repository, path):
    text = subprocess.run(['git', '-C', repository, 'show', f'HEAD:{path}'], capture_output=True, text=True, check=True)
    return yaml.safe_load(text.stdout)['spec']['versions'][0]['schema']['openAPIV3Schema']

def plain(schema):
    if not isinstance(schema, dict): return schema
    kept = {key: schema[key] for key in ('type', 'enum', 'required', 'pattern', 'maxLength', 'minimum', 'maximum', 'maxItems') if key in schema}
    if schema.get('x-kubernetes-int-or-string'): kept['type'] = ['integer', 'string']
    if 'items' in schema: kept['items'] = plain(schema['items'])
    if isinstance(schema.get('additionalProperties'), dict): kept['additionalProperties'] = plain(schema['additionalProperties'])
    elif 'properties' in schema:
        names = [name for name in schema['properties'] if name not in UNUSED]
        if 'persistentVolumeClaim' in names: names = [name for name in names if name in VOLUMES]
        kept['properties'] = {name: plain(schema['properties'][name]) for name in names}
        if not schema.get('x-kubernetes-preserve-unknown-fields'): kept['additionalProperties'] = False
    return kept

trainer, jobset, to = sys.argv[1:]
job_set = plain(read(jobset, 'config/components/crd/bases/jobset.x-k8s.io_jobsets.yaml'))
train_job = plain(read(trainer, 'manifests/base/crds/trainer.kubeflow.org_trainjobs.yaml'))
for schema in (job_set, train_job):
    del schema['properties']['status']
    schema['properties']['metadata'] = {'type': 'object', 'required': ['name'], 'properties': {'name': {'type': 'string'}}}
spec = job_set['properties']['spec']['properties']['replicatedJobs']['items']['properties']['template']['properties']['spec']
job = {**{key: job_set[key] for key in ('type', 'additionalProperties')}, 'properties': {**job_set['properties'], 'spec': spec}}
for name, schema in {'trainjob': train_job, 'jobset': job_set, 'indexed-job': job}.items():
    with open(f'{to}/{name}.schema.json', 'w') as file: json.dump(schema, file, separators=(',', ':'), sort_keys=True); file.write('\n')
