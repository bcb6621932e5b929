import { openNetwork } from './bench-teach/network';
import { listPictures } from './bench-teach/pictures';
import { deal, lookAtAsked, lookAtTaught } from './bench-teach/trial';
import { trainHead } from '../src/domain/teach/train-head';
import { trainAdapter } from '../src/domain/teach/train-adapter';
import { adaptedFeatures } from '../src/domain/teach/low-rank';
import { askHead } from '../src/domain/teach/head';
const run=(g:any)=>{let s=g.next();while(!s.done)s=g.next();return s.value;};
const look=await openNetwork('public/models/resnet18.onnx'); const pics=listPictures('../shared/pictures');
for (let seed=Number(process.env.S0??1);seed<=Number(process.env.S1??3);seed++){ const d=deal(pics,seed); const asked=await lookAtAsked(d,look,true); const taught=await lookAtTaught(d,look,50);
 for (const n of [10,20,50]) { const ex=taught.flatMap(t=>t.slice(0,n)); const tr=run(trainHead({names:[...d.names],examples:ex}));
  const known=asked.filter(a=>a.label>=0); const plainAcc=known.filter(a=>askHead(tr.head,a.features).best===a.label).length/known.length;
  for (const r8 of ['1000','1']) { process.env.R8=r8; const t=performance.now(); const res=run(trainAdapter(tr,ex.map(e=>e.block!))); const secs=(performance.now()-t)/1000;
   let acc='-'; if(res.kept){const o=new Float64Array(512); acc=(known.filter(a=>{adaptedFeatures(a.block!,res.kept.adapter,o); return askHead(res.kept.head,o).best===a.label;}).length/known.length).toFixed(3);}
   console.log('seed',seed,'n',n,'rank',r8==='1'?8:4,'heldout plain',res.plain.named.right,'/',res.plain.named.count,'adapted',res.adapted.named.right,'loss',res.plain.logLoss.toFixed(3),res.adapted.logLoss.toFixed(3),'TEST plain',plainAcc.toFixed(3),'adapted',acc,secs.toFixed(1)+'s'); } } }
