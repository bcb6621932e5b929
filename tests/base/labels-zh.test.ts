import { beforeAll, describe, expect, it } from 'vitest';
import { IMAGENET_LABELS } from '../../src/base/shared/labels/imagenet';
import { labelNames, searchLabels } from '../../src/base/shared/labels/names';

/** Classes that are easily mistaken: index, torchvision's name (pins the order), Chinese name. */
const TRICKY: readonly (readonly [number, string, string])[] = [
  [21, 'kite', '鸢'], // the bird, not 风筝
  [22, 'bald eagle', '白头海雕'],
  [12, 'house finch', '家朱雀'],
  [15, 'robin', '旅鸫'], // the American one, not 知更鸟
  [36, 'terrapin', '水龟'],
  [66, 'horned viper', '角蝰'],
  [70, 'harvestman', '盲蛛'],
  [82, 'ruffed grouse', '披肩榛鸡'],
  [97, 'drake', '公鸭'],
  [101, 'tusker', '长牙象'],
  [134, 'crane bird', '鹤'],
  [517, 'crane', '起重机'],
  [157, 'papillon', '蝴蝶犬'],
  [192, 'cairn', '凯恩梗'], // not 石堆
  [216, 'clumber', '克伦伯猎犬'],
  [242, 'boxer', '拳师犬'], // not 拳击手
  [263, 'Pembroke', '彭布罗克威尔士柯基犬'],
  [264, 'Cardigan', '卡迪根威尔士柯基犬'],
  [474, 'cardigan', '开衫'],
  [273, 'dingo', '澳洲野狗'],
  [286, 'cougar', '美洲狮'],
  [321, 'admiral', '红蛱蝶'], // not 海军上将
  [323, 'monarch', '帝王蝶'], // not 君主
  [322, 'ringlet', '眼蝶'], // not 鬈发
  [339, 'sorrel', '栗色马'], // not 酸模
  [378, 'capuchin', '卷尾猴'],
  [383, 'Madagascar cat', '环尾狐猴'],
  [387, 'lesser panda', '小熊猫'],
  [392, 'rock beauty', '三色刺蝶鱼'],
  [408, 'amphibian', '水陆两用车'], // not 两栖动物
  [428, 'barrow', '手推车'],
  [456, 'bow', '弓'],
  [458, 'brass', '纪念铭牌'],
  [506, 'coil', '螺旋'],
  [542, 'drumstick', '鼓槌'], // not 鸡腿
  [553, 'file', '文件柜'],
  [628, 'liner', '远洋客轮'],
  [657, 'missile', '导弹'],
  [744, 'projectile', '炮弹（抛射弹）'],
  [666, 'mortar', '研钵'], // not 迫击炮
  [676, 'muzzle', '动物嘴套'],
  [680, 'nipple', '奶嘴'],
  [681, 'notebook', '笔记本电脑（轻薄型）'], // not of paper
  [673, 'mouse', '鼠标'],
  [726, 'plane', '木工刨'], // not 飞机
  [758, 'reel', '渔线轮'],
  [800, 'slot', '老虎机'],
  [824, 'stole', '披肩'],
  [836, 'sunglass', '太阳镜'],
  [837, 'sunglasses', '墨镜'],
  [840, 'swab', '拖把'],
  [850, 'teddy', '泰迪熊'],
  [862, 'torch', '火炬'], // not 手电筒
  [881, 'upright', '立式钢琴'],
  [884, 'vault', '拱顶'],
  [908, 'wing', '机翼'],
  [981, 'ballplayer', '棒球运动员'],
  [982, 'groom', '新郎'],
  [989, 'hip', '蔷薇果'],
  [990, 'buckeye', '马栗（七叶树果）'],
  [998, 'ear', '谷穗（玉米穗）'],
];

describe('Chinese class names', () => {
  let chinese: readonly string[];

  beforeAll(async () => {
    chinese = await labelNames('zh-Hans');
  });

  it('has one for each English name, in Chinese characters, iPod aside', () => {
    expect(chinese).toHaveLength(IMAGENET_LABELS.length);
    expect(chinese.filter((name) => !/\p{Script=Han}/u.test(name))).toEqual(['iPod']);
    expect(chinese.filter((name) => name !== name.trim() || name === '')).toEqual([]);
  });

  it('holds no letters but these, no half-width brackets, no stray marks', () => {
    expect(chinese.filter((name) => /[a-z]/i.test(name))).toEqual(['CD播放器', 'iPod', 'T恤', '商务车（MPV）', '福特T型车']);
    const odd = chinese.filter((name) => !/^(?:[\p{Script=Han}A-Za-z]+)(?:（[\p{Script=Han}A-Za-z]+）)?$/u.test(name));
    expect(odd).toEqual([]);
  });

  it('names no two classes alike', () => {
    expect(chinese.filter((name, index) => chinese.indexOf(name) !== index)).toEqual([]);
  });

  it('has no character that only Traditional Chinese writes', () => {
    const traditional = /[魚鳥龜鯊鷹鴨鵝貓獅馬車電機鐘錶書筆燈門爾羅蘭國長雜麵鍋線網輪鐵銅銀槍彈褲襪帶環]/u;
    expect(chinese.filter((name) => traditional.test(name))).toEqual([]);
  });

  it.each(TRICKY)('class %i, %s, is %s', (index, english, name) => {
    expect(IMAGENET_LABELS[index]).toBe(english);
    expect(chinese[index]).toBe(name);
  });

  it('is searched together with English', () => {
    const found = (query: string): number[] => searchLabels(query, [IMAGENET_LABELS, chinese], 50).map((match) => match.index);
    expect(found('起重机')).toEqual([517]);
    expect(found('crane')).toEqual([517, 134]);
    expect(found('柯基')).toEqual([263, 264]);
    expect(found('笔记本')).toEqual([620, 681]);
    expect(found('木琴')).toEqual([642]);
    expect(found('ｔ恤')).toEqual([610]);
    chinese.forEach((name, index) => expect(searchLabels(name, [chinese], 1)).toEqual([{ index, name }]));
  });
});
